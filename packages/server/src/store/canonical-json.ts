import type { JsonValue } from './records.ts';
import { StoreError } from './store-error.ts';

/** Levels of arrays and objects that metadata may nest. */
export const maxJsonDepth = 64;

/** Writes a JSON value so that equal values give equal text: the keys of objects are sorted. */
export function canonicalJson(value: JsonValue, depth = 0): string {
  if (value === null || typeof value !== 'object') {
    return JSON.stringify(value);
  }
  if (depth >= maxJsonDepth) {
    throw new StoreError('invalid_value', `Metadata nests more than ${maxJsonDepth} levels deep.`);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  }
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!, depth + 1)}`);
  return `{${pairs.join(',')}}`;
}
