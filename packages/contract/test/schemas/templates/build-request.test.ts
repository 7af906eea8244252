import assert from 'node:assert/strict';
import { test } from 'node:test';
import { templateBuildRequest } from '../../../src/index.ts';

function problems(body: unknown): string[] {
  const parsed = templateBuildRequest.safeParse(body);
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'));
}

test('a build starts from an image or a Dockerfile, never both or none', () => {
  assert.deepEqual(problems({ base_image: 'base' }), []);
  assert.deepEqual(problems({ dockerfile: 'FROM base' }), []);
  assert.deepEqual(problems({}), ['base_image']);
  assert.deepEqual(problems({ base_image: 'base', dockerfile: 'FROM base' }), ['base_image']);
  assert.deepEqual(problems({ dockerfile: 'FROM base', steps: [] }), ['steps']);
  assert.deepEqual(problems({ dockerfile: 'FROM base', build_backend: 'native' }), ['build_backend']);
});

test('keys that a build does not take are left out', () => {
  const parsed = templateBuildRequest.parse({ base_image: 'base', alias: 'x', unheard_of: 1 });
  assert.deepEqual(parsed, { base_image: 'base' });
});

test('each step is known and bounded', () => {
  const step = (value: unknown) => problems({ base_image: 'base', steps: [value] });
  assert.deepEqual(step({ action: 'run', command: 'true' }), []);
  assert.deepEqual(step({ action: 'dance' }), ['steps.0.action']);
  assert.deepEqual(step({ action: 'run' }), ['steps.0.command']);
  assert.deepEqual(step({ action: 'run', command: 'a\0b' }), ['steps.0.command']);
  assert.deepEqual(step({ action: 'make_dir', path: '/a', mode: '99' }), ['steps.0.mode']);
  assert.deepEqual(step({ action: 'apt_install', packages: [] }), ['steps.0.packages']);
  assert.deepEqual(step({ action: 'git_clone', url: 'https://x.test/y', depth: 0 }), ['steps.0.depth']);
});

test('names and tags keep to their alphabet, and no tag can be taken for a build', () => {
  const named = (name: string) => problems({ base_image: 'base', name });
  for (const name of ['a', 'a.b_c-9', 'x'.repeat(63)]) assert.deepEqual(named(name), []);
  for (const name of ['', 'A', '-a', 'a/b', 'a:b', 'x'.repeat(64)]) assert.deepEqual(named(name), ['name']);
  assert.deepEqual(problems({ base_image: 'base', tags: ['tb_x'] }), ['tags.0']);
  assert.deepEqual(problems({ base_image: 'base', tags: [] }), ['tags']);
});

test('secrets have different ids that are file names', () => {
  const secrets = (...ids: string[]) =>
    problems({ base_image: 'base', build_secrets: ids.map((id) => ({ id, value: 'v', source: 'value' })) });
  assert.deepEqual(secrets('a', 'b'), []);
  assert.deepEqual(secrets('a', 'a'), ['build_secrets']);
  assert.deepEqual(secrets('..'), ['build_secrets.0.id']);
  assert.deepEqual(secrets('a/b'), ['build_secrets.0.id']);
});
