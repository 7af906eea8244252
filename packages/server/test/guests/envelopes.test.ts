import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EnvelopeSplitter, writeEnvelope } from '../../src/guests/envelopes.ts';

const largeMessage = fc
  .integer({ min: 16_000, max: 100_000 })
  .map((length) => new Uint8Array(length).fill(length));

test('a large message takes its chunks over, a small one lies in its chunk', () => {
  const splitter = new EnvelopeSplitter(100_000);
  const large = writeEnvelope(new Uint8Array(20_000));
  const only = Buffer.allocUnsafeSlow(large.length);
  large.copy(only);
  const [message] = [...splitter.push(only)];
  assert.equal(message!.data.length, 20_000);
  assert.equal(only.length, 0);
  const mixed = Buffer.concat([writeEnvelope(new Uint8Array(10).fill(7)), large]);
  const chunk = Buffer.allocUnsafeSlow(mixed.length);
  mixed.copy(chunk);
  const [small] = [...splitter.push(chunk)];
  assert.deepEqual(small!.data, Buffer.alloc(10, 7));
});

test('messages come out as they went in, however the chunks are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), largeMessage), { maxLength: 20 }),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 70_000 })), {
        minLength: 1,
      }),
      (messages, cuts) => {
        const all = Buffer.concat(messages.map(writeEnvelope));
        const splitter = new EnvelopeSplitter(100_000);
        const received: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const { length } = all.subarray(at, at + cuts[turn % cuts.length]!);
          // As it comes from a socket, in memory of its own, which is given back.
          const chunk = Buffer.allocUnsafeSlow(length);
          all.copy(chunk, 0, at);
          for (const { flags, data } of splitter.push(chunk)) {
            assert.equal(flags, 0);
            received.push(Uint8Array.from(data));
          }
          at += length;
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
