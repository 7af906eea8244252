import type { CommandOutput } from './types.ts';

const headBytes = 9;
const streams: Record<number, CommandOutput['stream']> = { 1: 'stdout', 2: 'stderr' };

/** Output as it comes over the exec channel. */
export interface OutputFrame {
  stream: CommandOutput['stream'];
  offset: number;
  data: Uint8Array;
}

/** Reads one byte for the stream, eight for the offset, then the data; undefined: it is something else. */
export function readOutputFrame(frame: Uint8Array): OutputFrame | undefined {
  const stream = streams[frame[0] ?? 0];
  if (!stream || frame.length < headBytes) return undefined;
  const offset = Number(new DataView(frame.buffer, frame.byteOffset, headBytes).getBigUint64(1));
  return { stream, offset, data: frame.subarray(headBytes) };
}
