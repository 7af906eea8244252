import { InvalidRequestError } from '../errors/state.ts';

/** `?a=b&c=d` of the values that are set; empty without any. */
export function queryString(values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}

/** Names of fields as the `fields` parameter: trimmed, without duplicates, in the order asked. */
export function fieldsParameter(fields: readonly string[] | undefined): string | undefined {
  if (fields === undefined) return undefined;
  const names = [...new Set(fields.map((name) => name.trim()).filter(Boolean))];
  if (names.length > 0) return names.join(',');
  throw new InvalidRequestError('fields must name at least one field.');
}
