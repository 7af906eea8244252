import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EnvelopeSplitter, writeEnvelope } from '../../src/guests/envelopes.ts';

test('messages come out as they went in, however the chunks are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
      (messages, cuts) => {
        const all = Buffer.concat(messages.map(writeEnvelope));
        const splitter = new EnvelopeSplitter(300);
        const received: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const chunk = all.subarray(at, at + cuts[turn % cuts.length]!);
          for (const { flags, data } of splitter.push(chunk)) {
            assert.equal(flags, 0);
            received.push(Uint8Array.from(data));
          }
          at += chunk.length;
        }
        assert.deepEqual(received, messages);
      },
    ),
  );
});

test('a message that is too large is refused by its header', () => {
  const splitter = new EnvelopeSplitter(10);
  const header = writeEnvelope(new Uint8Array(11)).subarray(0, 5);
  assert.throws(() => [...splitter.push(header)], /more than 10 bytes/);
});
