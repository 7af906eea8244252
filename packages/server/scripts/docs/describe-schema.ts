/** A JSON schema as the OpenAPI document holds it. */
export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  additionalProperties?: Schema | boolean;
}

/** The type of a field in a few words. */
export function typeOf(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'array') return `array of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'object' && !schema.properties && schema.additionalProperties) {
    return `object of ${typeOf(schema.additionalProperties === true ? {} : schema.additionalProperties)}`;
  }
  return schema.type === undefined ? 'any JSON' : [schema.type].flat().join(' or ');
}

/** Bounds and default of a field. */
export function boundsOf(schema: Schema): string {
  const [inner = schema] = (schema.anyOf ?? []).filter(({ type }) => type !== 'null');
  const { minimum, maximum } = inner;
  const parts = [
    ...(minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? [`at least ${minimum}`] : []),
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? [`at most ${maximum}`] : []),
    ...(schema.default === undefined ? [] : [`default \`${JSON.stringify(schema.default)}\``]),
  ];
  return parts.join(', ');
}

/** Rows of a table of fields: those of the object, or of each of the objects that are possible. */
export function fieldRows(schema: Schema, prefix = ''): string[][] {
  const objects = (schema.anyOf ?? schema.oneOf ?? [schema]).map((one) =>
    one.type === 'array' ? one.items! : one,
  );
  const rows = objects.flatMap((object) =>
    Object.entries(object?.properties ?? {}).flatMap(([name, field]) => [
      [
        `\`${prefix}${name}\``,
        object.required?.includes(name) && field.default === undefined ? 'yes' : '',
        typeOf(field),
        [field.description, boundsOf(field)].filter(Boolean).join(' ').trim(),
      ],
      ...(field.properties ? fieldRows(field, `${prefix}${name}.`) : []),
    ]),
  );
  return [...new Map(rows.map((row) => [row[0], row])).values()];
}
