import { fstatSync } from 'node:fs';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { keepSmall } from './keep-small.ts';
import { keepWriting } from './keep-writing.ts';

export type { Logger } from 'pino';

/** Lines that wait for the disk, in bytes; beyond that they are dropped. */
const WAITING_BYTES = 1024 * 1024;

/** Size at which a log file is cut. */
const LARGEST_BYTES = 16 * 1024 * 1024;

export interface LogOptions extends Pick<LoggerOptions, 'base' | 'redact' | 'timestamp'> {
  level: string;
  /** Takes the lines in place of standard output. */
  destination?: DestinationStream;
  /** Size at which a log file is cut, in bytes. @default 16 MiB */
  largestBytes?: number;
}

/**
 * A log of JSON lines on standard output. Writing never holds the process up: a disk that is full or slow costs lines,
 * of which the number is told once there is room. When standard output is a file it is cut as it grows; its older half
 * goes to descriptor 3 when that is a file too.
 */
export function openLog(options: LogOptions): Logger {
  const { destination, largestBytes = LARGEST_BYTES, ...rest } = options;
  if (destination) return pino(rest, destination);
  const stream = pino.destination({ dest: 1, sync: false, maxLength: WAITING_BYTES });
  const log = pino(rest, stream);
  keepWriting(stream, (lost) => log.warn({ lost }, 'the log could not be written for a while'));
  if (isFile(1)) keepSmall(stream, { file: 1, older: isFile(3) ? 3 : undefined, largestBytes });
  return log;
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
