import { closeSync, constants, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

/** Half of the size at which a service cuts its own log, so that it does not while its "ready" line is waited for. */
const largestAtStart = 8 * 1024 * 1024;

/**
 * Opens a log for appending, and its older half, `.1`, which the service fills when it cuts its log. A log that has
 * grown past 8 MiB becomes the older half first.
 *
 * @returns Descriptors to be closed by the caller, and the size at which new lines begin.
 */
export function openLog(file: string): { descriptors: { log: number; older: number }; offset: number } {
  const olderFile = `${file}.1`;
  if (sizeOf(file) > largestAtStart) renameSync(file, olderFile);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const log = openSync(file, flags | constants.O_APPEND, 0o640);
  const older = openSync(olderFile, flags, 0o640);
  return { descriptors: { log, older }, offset: fstatSync(log).size };
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
