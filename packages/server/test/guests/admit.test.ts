import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { guest } from '@nullspace/proto';
import { connectGuest } from '../../src/guests/connect-guest.ts';
import { startHostileAgent } from '../fixtures/hostile-agent.ts';

async function startAgent(t: Parameters<typeof startHostileAgent>[0], outputBytes: number) {
  const result = create(guest.RunResponseSchema, { stdout: new Uint8Array(outputBytes).fill(0x61) });
  const body = toBinary(guest.RunResponseSchema, result);
  let sent = 0;
  const { address } = await startHostileAgent(t, (response) => {
    response.writeHead(200, { 'content-type': 'application/proto' });
    for (let at = 0; at < body.length; at += 65_536) {
      response.write(body.subarray(at, at + 65_536), () => (sent = Math.max(sent, at)));
    }
    response.end();
  });
  const connection = connectGuest({ address, token: 'secret' });
  t.after(async () => connection.close());
  return { connection, sent: () => sent };
}

const signal = AbortSignal.timeout(60_000);

test('a small answer needs no room', async (t) => {
  const { connection } = await startAgent(t, 100_000);
  const admit = () => Promise.reject(new Error('full'));
  const { stdout } = await connection.run({ command: {} }, { signal, admit });
  assert.equal(stdout.length, 100_000);
});

test('a large one is taken whole once there is room, and not before', async (t) => {
  const { connection, sent } = await startAgent(t, 30_000_000);
  const asked = Promise.withResolvers<void>();
  const room = Promise.withResolvers<void>();
  const admit = () => {
    asked.resolve();
    return room.promise;
  };
  const running = connection.run({ command: {} }, { signal, admit });
  await asked.promise;
  // What the kernel takes for both ends stays below this.
  assert.ok(sent() < 20_000_000, `${sent()} bytes were taken`);
  room.resolve();
  assert.equal((await running).stdout.length, 30_000_000);
});

test('without room the call ends with the reason', async (t) => {
  const { connection } = await startAgent(t, 1_000_000);
  const admit = () => Promise.reject(new Error('full'));
  await assert.rejects(connection.run({ command: {} }, { signal, admit }), /^Error: full$/);
});
