import { invalidField } from '../api-error.ts';

/** Bytes of a file, the last one included. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * Reads a Range header with one range of bytes.
 *
 * @returns The part of the file that it names; undefined: none of its bytes are in the file.
 * @throws {ApiError} `invalid_request` for anything else.
 */
export function readRange(header: string, size: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header) ?? [];
  if (from === '' && to === '') throw invalidField('Range', 'must be one range, as "bytes=0-1023"');
  const last = to === '' || from === '' ? size - 1 : Math.min(Number(to), size - 1);
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  if (from !== '' && to !== '' && Number(to) < first) {
    throw invalidField('Range', 'must not end before it begins');
  }
  return first > last ? undefined : { first, last };
}
