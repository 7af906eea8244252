import { decodeText } from './describe-exit.ts';
import { incompleteTail } from './live/text-splitter.ts';

const SLICE_BYTES = 64 * 1024;

/** UTF-8 bytes as a JSON string, quotes included, piece by piece: the whole text is never in memory. */
export function* writeJsonString(bytes: Uint8Array): Generator<string, void> {
  yield '"';
  for (let at = 0; at < bytes.length; ) {
    const slice = bytes.subarray(at, at + SLICE_BYTES);
    const isLast = at + slice.length >= bytes.length;
    const whole = isLast ? slice : slice.subarray(0, slice.length - incompleteTail(slice));
    yield JSON.stringify(decodeText(whole)).slice(1, -1);
    at += whole.length;
  }
  yield '"';
}

/** A slice has no rest that would have to be filled up. */
const BASE64_SLICE_BYTES = 48 * 1024;

/** Bytes as a JSON string in base64, in the same way. */
export function* writeBase64(bytes: Uint8Array): Generator<string, void> {
  yield '"';
  for (let at = 0; at < bytes.length; at += BASE64_SLICE_BYTES) {
    const slice = bytes.subarray(at, at + BASE64_SLICE_BYTES);
    yield Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString('base64');
  }
  yield '"';
}
