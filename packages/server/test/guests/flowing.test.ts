import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { flowing } from '../../src/guests/flowing.ts';

test('chunks come one by one as they were written, to the end', async () => {
  const stream = new PassThrough();
  for (let turn = 0; turn < 5; turn++) stream.write(Buffer.alloc(100, turn));
  stream.end();
  const received: Buffer[] = [];
  for await (const chunk of flowing(stream)) received.push(chunk);
  assert.deepEqual(
    received,
    Array.from({ length: 5 }, (_, turn) => Buffer.alloc(100, turn)),
  );
});

test('no more is read than is taken, and what is left early stays open', async () => {
  const stream = new PassThrough({ highWaterMark: 100 });
  for (let turn = 0; turn < 5; turn++) stream.write(Buffer.alloc(100, turn));
  for await (const chunk of flowing(stream)) {
    assert.equal(chunk[0], 0);
    break;
  }
  assert.equal(stream.destroyed, false);
  assert.equal(stream.listenerCount('data'), 0);
  const [next] = await flowing(stream)
    .next()
    .then(({ value }) => [(value as Buffer)[0]]);
  assert.equal(next, 1);
});

test('a stream that breaks off or fails ends with an error', async () => {
  const broken = new PassThrough();
  const reading = flowing(broken).next();
  broken.destroy();
  await assert.rejects(reading, /broke off/);
  const failing = new PassThrough();
  const waiting = flowing(failing).next();
  failing.destroy(new Error('lost'));
  await assert.rejects(waiting, /lost/);
});

test('a stream that is over before it is read tells how it ended', async () => {
  const ended = new PassThrough();
  ended.end();
  await once(ended.resume(), 'end');
  assert.equal((await flowing(ended).next()).done, true);
  const failed = new PassThrough().once('error', () => undefined);
  failed.destroy(new Error('lost'));
  await new Promise((done) => failed.once('close', done));
  await assert.rejects(flowing(failed).next(), /lost/);
  const gone = new PassThrough();
  gone.destroy();
  await once(gone, 'close');
  await assert.rejects(flowing(gone).next(), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
});
