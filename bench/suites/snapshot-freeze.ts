import { Sandbox, Snapshot } from 'nullspace';
import { alternate, type Bench } from '../lib/bench.ts';
import { holdHeap, inBackground } from '../lib/heap.ts';

/** Notes how long it was kept from running, by the clock that goes on: one line a pause of more than 5 ms. */
const watcher = `
import time
last = time.time()
while True:
    time.sleep(0.001)
    now = time.time()
    if now - last > 0.005:
        print(round((now - last) * 1000, 1), flush=True)
    last = now
`;

export const bench: Bench = {
  name: 'snapshot-freeze',
  about: 'how long a source of 64 MB stands still while a snapshot of it is taken, seen from inside',
  async run({ connection, rounds }) {
    await using sandbox = await Sandbox.create({ ...connection, timeout: 3600 });
    await sandbox.commands.run(inBackground(holdHeap(64)), { shell: true, timeoutSecs: 120 });
    const handle = await sandbox.commands.run('python3', { args: ['-c', watcher], background: true });
    const { freeze } = await alternate(rounds, {
      freeze: async () => {
        const before = (await handle.logs()).stdout.length;
        const { id } = await sandbox.createSnapshot();
        await Snapshot.delete(id, connection);
        const gaps = (await handle.logs()).stdout.slice(before).split('\n').map(Number);
        return Math.max(...gaps);
      },
    });
    await handle.kill();
    return [{ metric: 'freeze of the source of 64 MB', unit: 'ms', samples: freeze! }];
  },
};
