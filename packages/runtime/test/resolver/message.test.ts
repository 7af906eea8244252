import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNameRules } from '../../src/network/name-rules.ts';
import { parseQuery } from '../../src/resolver/message.ts';

/** A query for A records of a name of these labels. */
function query(labels: string[]): Buffer {
  const written = labels.map((label) => Buffer.from([label.length, ...Buffer.from(label, 'latin1')]));
  const head = Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, ...written, Buffer.from([0, 0, 1, 0, 1])]);
}

it('reads a name in lower case', () => {
  const { name, type } = parseQuery(query(['API', 'Example', 'test']))!;
  assert.deepEqual([name, type], ['api.example.test', 1]);
});

it('never takes a dot inside of a label for one between labels', () => {
  const rules = createNameRules(['api.example.test', '*.example.test']);
  for (const labels of [['api.example.test'], ['api.example', 'test'], ['x', 'evil.example', 'test']]) {
    const { name } = parseQuery(query(labels))!;
    assert.equal(rules.allows(name), false, name);
  }
  assert.equal(rules.allows(parseQuery(query(['a.b', 'example', 'test']))!.name), true);
});
