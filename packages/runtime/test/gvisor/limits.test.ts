import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayExceedStart } from '../../src/gvisor/limits.ts';

const MIB = 1024 * 1024;
const limits = { vcpus: 1, diskMb: 1024 };

test('a snapshot fits into the limits of a start when twice its size and the engine do', () => {
  assert.equal(mayExceedStart(9 * MIB, { ...limits, memoryMb: 512 }), false);
  assert.equal(mayExceedStart(208 * MIB, { ...limits, memoryMb: 512 }), false);
  assert.equal(mayExceedStart(208 * MIB + 1, { ...limits, memoryMb: 512 }), true);
  // The engine alone needs more than that.
  assert.equal(mayExceedStart(0, { ...limits, memoryMb: 64 }), true);
});
