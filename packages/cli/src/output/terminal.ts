import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command prints: results on stdout, everything else on stderr. */
export interface Terminal {
  /** A line on stdout. */
  print(line: string): void;
  /** Text on stdout as it is. */
  write(text: string | Uint8Array): void;
  /** JSON on stdout, two-space indent. */
  printJson(value: unknown): void;
  /** Text on stderr as it is. */
  writeError(text: string | Uint8Array): void;
  /** A line on stderr. */
  note(line: string): void;
  /** Colours a text for stdout when that is a terminal and NO_COLOR is not set. */
  style(style: Style, text: string): string;
  /** Whether people look at stdout. */
  readonly interactive: boolean;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const colours = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    write: (text) => void process.stdout.write(text),
    printJson: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    writeError: (text) => void process.stderr.write(text),
    note: (line) => void process.stderr.write(`${line}\n`),
    style: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
    interactive: process.stdout.isTTY === true,
  };
}
