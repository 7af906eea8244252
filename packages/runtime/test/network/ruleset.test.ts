import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNames } from '../../src/network/names.ts';
import { parseRange } from '../../src/network/range.ts';
import { createRuleset } from '../../src/network/ruleset.ts';

const names = createNames('abc123');
const range = parseRange('10.200.0.0/16');

it('logs each drop of what a guest sends with its reason, at a bounded rate, and drops it all the same', () => {
  const chains = createRuleset(names, range, 77).match(/chain refuse_\w+ \{\n {4}.+\n[^}]+\}/g)!;
  assert.equal(chains.length, 8);
  for (const chain of chains) {
    const lines = chain.split('\n').map((line) => line.trim());
    const [, reason] = /^chain refuse_(\w+) /.exec(lines[0]!)!;
    assert.match(lines[1]!, /^update @noisy \{ ip saddr limit rate over .+ \} drop$/);
    assert.equal(lines[2], `log prefix "${reason}" group 77 snaplen 64`);
    assert.equal(lines[3], 'drop');
  }
});

it('does without a log where the kernel has none', () => {
  const ruleset = createRuleset(names, range, undefined);
  assert.ok(!ruleset.includes('log prefix'));
  assert.equal(ruleset.match(/^ {4}drop$/gm)!.length, 8);
});
