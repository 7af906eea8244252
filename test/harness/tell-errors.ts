import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { readLines } from './read-lines.ts';

const mostLines = 20;
const mostChars = 2000;

/** Prints what a service has logged as errors: its log goes with its folder, and may be what explains a failed test. */
export function tellErrors(logFile: string): void {
  if (!existsSync(logFile)) return;
  const errors = readLines(logFile, 0).filter((line) => /^\{"level":[56]0,/.test(line));
  for (const line of errors.slice(0, mostLines))
    console.error(`${basename(logFile)}: ${line.slice(0, mostChars)}`);
}
