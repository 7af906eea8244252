import { fstatSync, ftruncateSync, read, readSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { LogStream } from './keep-writing.ts';

const readAsync = promisify(read);
const writeAsync = promisify(write);

/** Rest that is copied at once, in the moment in which nothing is being written. */
const REST_BYTES = 256 * 1024;

/**
 * Cuts a log file when it has grown past `largestBytes`: copies it over `older`, then empties it. Works on open
 * descriptors alone, since a service may neither create nor rename files among the logs.
 *
 * @param options.file Open for reading and appending.
 * @param options.older Open for reading and writing; undefined: what is cut is lost.
 */
export function keepSmall(
  stream: LogStream,
  options: { file: number; older: number | undefined; largestBytes: number },
): void {
  const { file, older, largestBytes } = options;
  let size = fstatSync(file).size;
  /** Bytes of the file that `older` has already; undefined while nothing is copied. */
  let copied: number | undefined;
  let caughtUp = false;

  async function copy(): Promise<void> {
    copied = 0;
    const chunk = Buffer.alloc(REST_BYTES);
    try {
      if (older !== undefined) ftruncateSync(older, 0);
      while (older !== undefined && size - copied > REST_BYTES) {
        const { bytesRead } = await readAsync(file, chunk, 0, chunk.length, copied);
        if (bytesRead === 0) break;
        let written = 0;
        while (written < bytesRead)
          written += (await writeAsync(older, chunk, written, bytesRead - written, copied + written))
            .bytesWritten;
        copied += bytesRead;
      }
    } catch {
      // There is no room for the older half: emptying the file makes some.
    }
    caughtUp = true;
  }

  /** Runs between two writes of the stream, so that no line gets lost between copy and cut. */
  function cut(): void {
    try {
      copyRest(file, older, copied ?? 0);
    } catch {
      // As above.
    }
    try {
      ftruncateSync(file, 0);
    } catch {
      // Not a file that can be cut: it grows.
    }
    size = fstatSync(file).size;
    copied = undefined;
    caughtUp = false;
  }

  stream.on('write', (bytes: number) => {
    size += bytes;
    if (caughtUp) cut();
    else if (copied === undefined && size > largestBytes) void copy();
  });
}

function copyRest(file: number, older: number | undefined, from: number): void {
  if (older === undefined) return;
  const rest = Buffer.alloc(Math.min(REST_BYTES * 4, Math.max(0, fstatSync(file).size - from)));
  const length = readSync(file, rest, 0, rest.length, from);
  writeSync(older, rest, 0, length, from);
}
