import type { FileHandle } from 'node:fs/promises';
import { CHUNK_BYTES, type ChunkRange, checksum, DOUBTFUL } from './checksum.ts';
import { ChecksumThread } from './checksum-thread.ts';

/** Up to here a thread would take longer to start than the checksum takes. */
const INLINE_BYTES = 32 * 1024 * 1024;

/** From here on two threads are quicker than one. */
const PARALLEL_BYTES = 256 * 1024 * 1024;

export interface AsideOptions {
  signal?: AbortSignal | undefined;
  /** Lets everything else on the machine go first. @default false */
  behind?: boolean;
  /** Checksums of the first chunks, made before; those that are `DOUBTFUL` are made again. @default none */
  known?: readonly string[];
  /** Chunks that are holes. They are not read. @default none */
  holes?: ReadonlySet<number> | undefined;
}

/** Checksums of a file, made in threads of their own when it is large: the host's own has calls to answer. */
export async function checksumAside(file: FileHandle, options: AsideOptions = {}): Promise<string[]> {
  const { known = [], ...rest } = options;
  const { size } = await file.stat();
  const chunks = known.slice(0, Math.floor(size / CHUNK_BYTES));
  const doubtful = [...chunks.keys()].filter((index) => chunks[index] === DOUBTFUL);
  for (const index of doubtful)
    chunks[index] = (await checksum(file.fd, { start: index, end: index + 1 }, rest))[0] ?? DOUBTFUL;
  const left = { start: chunks.length, end: Math.ceil(size / CHUNK_BYTES) };
  return [...chunks, ...(await checksumRange(file, left, rest))];
}

async function checksumRange(
  file: FileHandle,
  { start, end }: ChunkRange,
  { signal, behind = false, holes }: AsideOptions,
): Promise<string[]> {
  const bytes = (end - start) * CHUNK_BYTES;
  if (bytes <= INLINE_BYTES) return await checksum(file.fd, { start, end }, { signal, holes });
  signal?.throwIfAborted();
  const middle = bytes < PARALLEL_BYTES || behind ? end : Math.ceil((start + end) / 2);
  const ranges = [
    { start, end: middle },
    { start: middle, end },
  ].filter((range) => range.start < range.end);
  const parts = await Promise.all(
    ranges.map((range) => runThread(file.fd, { range, behind, holes }, signal)),
  );
  return parts.flat();
}

async function runThread(
  fd: number,
  { range, behind, holes }: { range: ChunkRange; behind: boolean; holes: AsideOptions['holes'] },
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const thread = new ChecksumThread(fd, { behind });
  try {
    return await thread.sum({ range, doubtGaps: false, holes }, signal);
  } finally {
    await thread.end();
  }
}
