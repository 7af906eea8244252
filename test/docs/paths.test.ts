import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../harness/artifacts.ts';

/** Pages that send their readers to files of this repository for proof. */
const pages = ['docs/security.md', 'SPECIFICATION.md'];
const rooms = [
  'docs',
  'egress',
  'engine',
  'guest',
  'imager',
  'images',
  'packages',
  'python',
  'script',
  'test',
];

for (const page of pages)
  test(`what ${page} names is there`, () => {
    const text = readFileSync(join(repository, page), 'utf8');
    const named = [...text.matchAll(/`((?:[a-z]+)\/[\w./-]+)`/g)].map(([, path]) => path!);
    const paths = named.filter((path) => rooms.includes(path.split('/')[0]!));
    assert.ok(paths.length > 20);
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(repository, path))),
      [],
    );
  });
