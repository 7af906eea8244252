import { closeSync, constants, fstatSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';

const maxBytes = 16 * 1024 * 1024;
const kept = 3;

/**
 * Opens a log for appending. One that has grown past 16 MiB is put aside first as `.1`; three old ones are kept.
 *
 * @returns A descriptor to be closed by the caller, and the size at which new lines begin.
 */
export function openLog(file: string): { descriptor: number; offset: number } {
  if (sizeOf(file) > maxBytes) {
    rmSync(`${file}.${kept}`, { force: true });
    for (let number = kept - 1; number >= 1; number--) {
      if (sizeOf(`${file}.${number}`) >= 0) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
    }
    renameSync(file, `${file}.1`);
  }
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const descriptor = openSync(file, flags, 0o640);
  return { descriptor, offset: fstatSync(descriptor).size };
}

/** Text of a log from an offset on. */
export function readLog(file: string, offset: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - offset));
    const count = readSync(descriptor, bytes, 0, bytes.length, offset);
    return bytes.toString('utf8', 0, count);
  } finally {
    closeSync(descriptor);
  }
}

/** The last lines of a log text as people read them: messages of JSON lines, other lines as they are. */
export function lastMessages(text: string, count = 5): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => {
      const entry = parseLine(line);
      const error = entry?.err as { message?: unknown } | undefined;
      return entry ? [entry.msg, error?.message].filter(Boolean).join(': ') || line : line;
    });
}

/** A JSON log line; undefined for any other line. */
export function parseLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return -1;
  }
}
