import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { TypedInput } from '../../src/terminals/typed-input.ts';

const FRAME_BYTES = 512 * 1024;
const frames = (count: number) =>
  Array.from({ length: count }, (_, index) => Buffer.alloc(FRAME_BYTES, `frame ${index}.`));

describe('what is typed for a program that does not read', () => {
  test('lets 40 MiB by, keeps them off the memory, and is passed on in its order', async () => {
    const input = new TypedInput();
    const go = Promise.withResolvers<void>();
    const [sent, got] = [createHash('sha256'), createHash('sha256')];
    const passing = input.pass(async (data) => {
      await go.promise;
      got.update(data);
    });
    for (const frame of frames(80)) {
      sent.update(frame);
      await input.add(frame);
    }
    const open = readdirSync('/proc/self/fd').length;
    go.resolve();
    for (const frame of frames(10)) {
      sent.update(frame);
      await input.add(frame);
    }
    input.end();
    await passing;
    assert.equal(got.digest('hex'), sent.digest('hex'));
    assert.ok(readdirSync('/proc/self/fd').length < open, 'the file is still open');
  });

  test('makes its client wait once there is no room on disk, and goes on when it reads', async () => {
    const input = new TypedInput();
    const go = Promise.withResolvers<void>();
    let got = 0;
    const passing = input.pass(async (data) => {
      await go.promise;
      got += data.length;
    });
    let added = 0;
    const adding = (async () => {
      for (const frame of frames(200)) {
        await input.add(frame);
        added++;
      }
    })();
    const stood = await stands(() => added);
    assert.ok(stood > 128 && stood < 150, `${stood} frames were taken`);
    go.resolve();
    await adding;
    input.end();
    await passing;
    assert.equal(got, 200 * FRAME_BYTES);
  });

  test('is passed on whole when its end follows it at once', async () => {
    const input = new TypedInput();
    let got = '';
    const passing = input.pass(async (data) => {
      got += data;
    });
    void input.add(Buffer.from('last '));
    void input.add(Buffer.from('words'));
    input.end();
    void input.add(Buffer.from(' and more'));
    await passing;
    assert.equal(got, 'last words');
  });

  test('is dropped when nobody can read it any more', async () => {
    const input = new TypedInput();
    const stuck = Promise.withResolvers<void>();
    const passing = input.pass(() => stuck.promise);
    for (const frame of frames(40)) await input.add(frame);
    input.end({ drop: true });
    stuck.resolve();
    await passing;
    await input.add(Buffer.from('late'));
  });
});

/** What a number is once it does not change any more. */
async function stands(read: () => number): Promise<number> {
  for (let before = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    if (read() === before) return before;
    before = read();
  }
}
