import type { ArgumentSpec, CommandSpec, OptionSpec } from '../command.ts';
import { optionsOf } from '../parse/build.ts';

/** An argument or option as `schema` shows it. */
export interface ParameterDescription {
  kind: 'argument' | 'option';
  name: string;
  type: string;
  json_schema: Record<string, unknown>;
  default: unknown;
  required: boolean;
  multiple: boolean;
  description: string;
  flags?: string[];
  primary_flag?: string;
  is_flag?: boolean;
}

/** Arguments, then options. */
export function describeParameters(spec: CommandSpec): ParameterDescription[] {
  return [...(spec.arguments ?? []).map(describeArgument), ...optionsOf(spec).map(describeOption)];
}

/** Object schema of all parameters together. */
export function parametersSchema(params: ParameterDescription[]): Record<string, unknown> {
  return {
    type: 'object',
    properties: Object.fromEntries(params.map((param) => [param.name, param.json_schema])),
    required: params.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

function describeArgument(spec: ArgumentSpec): ParameterDescription {
  const { required = true, variadic = false } = spec;
  return {
    kind: 'argument',
    name: spec.name.replaceAll('-', '_'),
    type: spec.type ?? 'text',
    json_schema: schemaOf(spec, { multiple: variadic }),
    default: spec.default ?? null,
    required,
    multiple: variadic,
    description: spec.description,
  };
}

function describeOption(spec: OptionSpec): ParameterDescription {
  const { multiple = false } = spec;
  return {
    kind: 'option',
    name: spec.name.replaceAll('-', '_'),
    type: spec.type ?? 'text',
    json_schema: schemaOf(spec, { multiple }),
    default: spec.default ?? null,
    required: spec.required ?? false,
    multiple,
    description: spec.description,
    flags: spec.negatable ? [`--${spec.name}`, `--no-${spec.name}`] : [`--${spec.name}`],
    primary_flag: `--${spec.name}`,
    is_flag: spec.type === 'flag',
  };
}

function schemaOf(spec: ArgumentSpec | OptionSpec, options: { multiple: boolean }): Record<string, unknown> {
  const types = { text: 'string', integer: 'integer', number: 'number', flag: 'boolean' };
  const { minimum, maximum } = spec as OptionSpec;
  const one = {
    type: types[spec.type ?? 'text'],
    ...(spec.choices && { enum: spec.choices }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(spec.default !== undefined && { default: spec.default }),
  };
  return { description: spec.description, ...(options.multiple ? { type: 'array', items: one } : one) };
}
