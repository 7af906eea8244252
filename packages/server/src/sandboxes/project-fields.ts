import { ApiError } from '../api-error.ts';

/**
 * Reads `fields=a,b,c`; undefined when there is no projection.
 *
 * @throws {ApiError} `invalid_fields` for an unknown or empty name.
 */
export function readFields(text: string | undefined, known: readonly string[]): string[] | undefined {
  if (text === undefined) return undefined;
  const fields = [...new Set(text.split(',').map((field) => field.trim()))];
  const unknown = fields.find((field) => !known.includes(field));
  if (unknown === undefined) return fields;
  const field = unknown.slice(0, 100);
  throw new ApiError('invalid_fields', { field }, { details: { field, known } });
}

/** The named fields of an object, in their order. */
export function project(object: object, fields: readonly string[]): Record<string, unknown> {
  const values = object as Record<string, unknown>;
  return Object.fromEntries(fields.map((field) => [field, values[field]]));
}
