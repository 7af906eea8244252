import type * as fs from 'node:fs';
import { nodeModule } from './runtime.ts';

/** Values of the `.env` file in the current directory; empty when there is none or it cannot be read. */
export function readDotenv(): Record<string, string> {
  const files = nodeModule<typeof fs>('node:fs');
  if (!files) return {};
  try {
    return parseDotenv(files.readFileSync('.env', 'utf8'));
  } catch {
    return {};
  }
}

/** One `KEY=VALUE` a line; `#` comments and blank lines are skipped, surrounding quotes are stripped. */
export function parseDotenv(text: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    const equals = line.indexOf('=');
    if (line.startsWith('#') || equals < 1) continue;
    const key = line.slice(0, equals).trim();
    if (key) values[key] = unquote(line.slice(equals + 1).trim());
  }
  return values;
}

function unquote(value: string): string {
  return value.replace(/^['"]+|['"]+$/g, '').trim();
}
