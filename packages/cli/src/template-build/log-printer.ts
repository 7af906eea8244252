import type { BuildLogEntry } from 'nullspace';
import { printable } from '../output/printable.ts';
import { logEntryRecord } from '../output/records/build.ts';
import type { Terminal } from '../output/terminal.ts';

export type LogFormat = 'text' | 'jsonl' | 'quiet';
export const logFormats: LogFormat[] = ['text', 'jsonl', 'quiet'];

/** Prints entries of a log on stderr, one a line. Nothing is drawn over, so that pipes and narrow terminals are fine. */
export function logPrinter(format: LogFormat, terminal: Terminal): (entry: BuildLogEntry) => void {
  if (format === 'quiet') return () => {};
  if (format === 'jsonl') return (entry) => terminal.note(JSON.stringify(logEntryRecord(entry)));
  return (entry) => {
    const isEnd = entry.kind === 'start' || entry.kind === 'end';
    if (entry.level !== 'debug' || isEnd) terminal.note(logLine(entry));
  };
}

/** An entry as text: time, step, message. */
export function logLine({ timestamp, stepIndex, totalSteps, kind, message }: BuildLogEntry): string {
  const time = Number.isNaN(timestamp.getTime()) ? '' : timestamp.toISOString().slice(11, 19);
  const step = stepIndex === undefined ? '' : `[${stepIndex + 1}/${totalSteps ?? '?'}]`;
  const mark = kind === 'message' || kind === 'start' || kind === 'end' ? '' : `${kind}:`;
  return [time, step, mark, printable(message.trimEnd())].filter(Boolean).join(' ');
}
