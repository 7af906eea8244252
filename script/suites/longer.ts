import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Step } from './step.ts';

const root = resolve(import.meta.dirname, '../..');

/** How TypeScript, Go and Python ask whether this is a long run. */
const question = /(?:process\.env\.|Getenv\("|environ(?:\.get\(|\[)")NULLSPACE_TEST_LONG/;

/** What a long run does more of in these files, told from their text: nobody has to keep a list. */
export function readLonger(files: readonly string[]): Step['longer'] {
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
  if (texts.some((text) => /\bpropertyRun\(/.test(text))) return 'seeded';
  return texts.some((text) => question.test(text)) ? 'counted' : undefined;
}
