import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInGuest } from '../fixtures/guest.ts';
import { openSnapshotBench } from './snapshot-bench.ts';

/** Connects from each of some ports to a server that ends the connection; prints from how many no connection came. */
const connectFromEach = `python3 -c '
import socket
server = socket.create_server(("127.0.0.1", 7100), backlog=64)
failed = 0
for port in range(40000, 40032):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.settimeout(1)
    client.bind(("127.0.0.1", port))
    try:
        client.connect(("127.0.0.1", 7100))
        server.accept()[0].close()
        client.recv(1)
    except OSError: failed += 1
    client.close()
print(failed)'`;

test('ended connections do not keep a restored guest from connecting anew', {
  timeout: 240_000,
}, async (t) => {
  const bench = await openSnapshotBench();
  t.after(() => bench.close());
  const source = await bench.request('source');
  await bench.engine.start(source);
  await bench.answers(source);
  const failures = async (address: string) => (await runInGuest(address, connectFromEach)).output.trim();
  assert.equal(await failures(source.slot.guestAddress), '0');
  // The server's ends of these connections wait for what may still be on its way, also for the next ones from there.
  assert.equal(await failures(source.slot.guestAddress), '0');
  const snapshot = join(bench.folder, 'snapshot');
  await bench.engine.saveSnapshot('source', snapshot, {
    kind: 'memory',
    afterwards: 'run',
    imageDigest: 'x',
  });
  const copy = await bench.request('copy');
  await bench.engine.restore({ ...copy, snapshot, imageDigest: 'x' });
  await bench.restored(copy);
  assert.equal(await failures(copy.slot.guestAddress), '0');
});
