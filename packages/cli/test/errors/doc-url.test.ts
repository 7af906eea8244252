import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeFailure } from '../../src/errors/envelope.ts';

const packages = join(import.meta.dirname, '../../..');
const pattern = /\bcode: '([a-z_]+)'|\?\? '([a-z]+_error)'/g;

/** Every code that the command line, or the SDK below it, gives to a failure. */
const codes = new Set(
  globSync('{cli,sdk}/src/**/*.ts', { cwd: packages }).flatMap((file) =>
    [...readFileSync(join(packages, file), 'utf8').matchAll(pattern)].map((match) => match[1] ?? match[2]!),
  ),
);

test('the address that a failure names for its code leads to its row', () => {
  assert.ok(codes.size > 15 && codes.has('missing_api_key') && codes.has('cli_error'));
  for (const code of [...codes, 'sandbox_not_found', 'capacity_exceeded']) {
    const url = new URL(describeFailure(Object.assign(new Error('x'), { code })).doc_url);
    const anchor = url.hash.slice(1);
    url.hash = '';
    assert.match(
      readFileSync(fileURLToPath(url), 'utf8'),
      new RegExp(`<a id="${anchor}"></a>\`${code}\``),
      code,
    );
  }
});
