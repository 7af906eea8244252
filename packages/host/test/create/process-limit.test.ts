import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseProcessLimit } from '../../src/create/process-limit.ts';

describe('the process limit of a sandbox', () => {
  for (const [name, order, most, expected] of [
    ['follows the memory', { asked: 0, memoryMb: 1024 }, 4096, 1024],
    ['is 256 at least', { asked: 0, memoryMb: 64 }, 4096, 256],
    ['is 4,096 at most', { asked: 0, memoryMb: 65_536 }, 10_000, 4096],
    ['is what was asked for', { asked: 5000, memoryMb: 512 }, 10_000, 5000],
    ['is cut to what the machine bears', { asked: 0, memoryMb: 2048 }, 800, 800],
    ['is cut also when it was asked for', { asked: 5000, memoryMb: 2048 }, 800, 800],
  ] as const) {
    test(name, () => assert.equal(chooseProcessLimit(order, most), expected));
  }
});
