import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StartRequest } from '../../src/index.ts';
import { runInGuest } from '../fixtures/guest.ts';
import { askKeeper } from '../fixtures/keeper.ts';
import { openOutside } from '../fixtures/outside.ts';
import { openSnapshotBench } from './snapshot-bench.ts';

/** Connects, waits for bytes that never come, and writes down what comes in their place. */
const clients = {
  blocking: (address: string, port: number) => `python3 -c '
import socket
connection = socket.create_connection(("${address}", ${port}))
open("/tmp/blocking", "w").write("connected")
try: end = repr(connection.recv(1))
except OSError as error: end = repr(error)
open("/tmp/blocking", "w").write(end)'`,
  asyncio: (address: string, port: number) => `python3 -c '
import asyncio
async def main():
    reader, writer = await asyncio.open_connection("${address}", ${port})
    open("/tmp/asyncio", "w").write("connected")
    try: end = repr(await reader.read(1))
    except OSError as error: end = repr(error)
    open("/tmp/asyncio", "w").write(end)
asyncio.run(main())'`,
  node: (address: string, port: number) => `node -e '
const { writeFileSync } = require("node:fs");
const connection = require("node:net").connect(${port}, "${address}", () => writeFileSync("/tmp/node", "connected"));
connection.on("error", () => {}).on("close", () => writeFileSync("/tmp/node", "closed")).resume();
require("node:http").createServer((_, response) => response.end("from node")).listen(7001, "0.0.0.0");'`,
};

describe('sockets of restored guests', { timeout: 240_000 }, () => {
  let bench: Awaited<ReturnType<typeof openSnapshotBench>>;
  let outside: Awaited<ReturnType<typeof openOutside>>;
  let source: StartRequest;
  let copy: StartRequest;
  const names = Object.keys(clients) as (keyof typeof clients)[];

  before(async () => {
    bench = await openSnapshotBench();
    outside = await openOutside();
    source = await bench.request('source');
    await bench.engine.start(source);
    await bench.answers(source);
    await bench.remember(source, { memory: 'kept', files: 'kept' });
    for (const name of names) {
      const client = clients[name](outside.addresses.public, outside.port);
      await runInGuest(source.slot.guestAddress, `setsid ${client} > /dev/null 2>&1 < /dev/null &`);
    }
    await waitForWords(source, (words) => words.every((word) => word === 'connected'));
  });
  after(async () => {
    await bench?.close();
    await outside?.close();
  });

  /** Resolves once what the clients have written down is as it should be. */
  async function waitForWords(
    { slot }: StartRequest,
    hold: (words: string[]) => boolean,
    of: readonly string[] = names,
  ): Promise<void> {
    const script = of.map((name) => `cat /tmp/${name} 2>/dev/null; echo`).join(';');
    for (const deadline = Date.now() + 20_000; ; ) {
      // Untrimmed, since a client that has written nothing yet is an empty line.
      const words = (await runInGuest(slot.guestAddress, script)).output.split('\n').slice(0, of.length);
      if (hold(words)) return;
      assert.ok(Date.now() < deadline, `the clients say ${words}`);
    }
  }

  it("keeps the source's connections to the outside, and those that callers have to it", async () => {
    const caller = connect(7000, source.slot.guestAddress);
    await once(caller, 'connect');
    const folder = join(bench.folder, 'snapshot');
    await bench.engine.saveSnapshot('source', folder, {
      kind: 'memory',
      afterwards: 'run',
      imageDigest: 'x',
    });
    copy = await bench.request('copy');
    await bench.engine.restore({ ...copy, snapshot: folder, imageDigest: 'x' });
    await bench.restored(copy);
    caller.end('tell\n');
    const [answer] = await once(caller, 'data');
    assert.equal(String(answer), 'kept\n');
    await waitForWords(source, (words) => words.every((word) => word === 'connected'));
  });

  it('lets listening sockets of a copy answer at once under its own address', async () => {
    assert.notEqual(copy.slot.guestAddress, source.slot.guestAddress);
    assert.equal(await askKeeper(copy.slot.guestAddress, 'tell'), 'kept');
    // gVisor lets sockets listen one after another while the guest runs already: a matter of milliseconds.
    const url = `http://${copy.slot.guestAddress}:7001/`;
    const ask = () => fetch(url, { signal: AbortSignal.timeout(5000) });
    const response = await ask().catch(() => sleep(200).then(ask));
    assert.equal(await response.text(), 'from node');
  });

  it('ends the connections that a copy had to the outside, those that an event loop waits for too', async () => {
    await waitForWords(copy, (words) => words.every((word) => word !== '' && word !== 'connected'));
  });
});
