#!/usr/bin/env node
/**
 * Writes the pages of docs/ that are tables of the code: errors, settings, routes. With --check it writes nothing and
 * fails when a page is not what it would write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { apiPage } from './docs/api-page.ts';
import { configurationPage } from './docs/configuration-page.ts';
import { errorsPage } from './docs/errors-page.ts';

const folder = resolve(import.meta.dirname, '../../../docs');
const pages = { 'errors.md': errorsPage(), 'configuration.md': configurationPage(), 'api.md': apiPage() };
const check = process.argv.includes('--check');

mkdirSync(folder, { recursive: true });
const stale: string[] = [];
for (const [name, text] of Object.entries(pages)) {
  const file = join(folder, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(name);
  if (!check) writeFileSync(file, text);
}
if (stale.length === 0) process.stdout.write('The generated pages are up to date.\n');
else if (!check) process.stdout.write(`Wrote ${stale.join(', ')}.\n`);
else {
  process.stderr.write(
    `Out of date: ${stale.join(', ')}. Run: node packages/server/scripts/generate-docs.ts\n`,
  );
  process.exit(1);
}
