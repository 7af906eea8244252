import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { holdHeap, inBackground } from '../lib/heap.ts';
import { RawRunsc } from '../lib/raw-runsc.ts';

const heapMib = 64;

export const bench: Bench = {
  name: 'fork',
  about: `fork of a sandbox with a heap of ${heapMib} MB to the child's first output, beside raw checkpoint and restore`,
  async run({ connection, rounds }) {
    const raw = new RawRunsc(2);
    try {
      const source = await Sandbox.create(connection);
      await source.commands.run(inBackground(holdHeap(heapMib)), { shell: true, timeoutSecs: 120 });
      await raw.start(0, 'source');
      await raw.startScript(0, holdHeap(heapMib));
      const samples = await alternate(rounds, {
        ours: async () => {
          let child: Sandbox | undefined;
          const taken = await time(async () => {
            child = await source.fork();
            await child.commands.run('echo', { args: ['ready'] });
          });
          await child!.kill();
          return taken;
        },
        raw: async (round) => {
          const folder = `checkpoint-${round}`;
          const taken = await time(async () => {
            await raw.checkpoint('source', folder, { leaveRunning: true });
            await raw.restore(1, `copy-${round}`, folder);
          });
          await raw.stop(`copy-${round}`);
          raw.removeCheckpoint(folder);
          return taken;
        },
      });
      return [
        {
          metric: `fork to the child's first output, ${heapMib} MB heap`,
          unit: 'ms',
          samples: samples.ours!,
          baseline: { name: 'raw checkpoint and restore', samples: samples.raw! },
          target: { text: '≤ 1.3 × raw', of: 'ratio', at: 'most', bound: 1.3 },
        },
      ];
    } finally {
      await raw.close();
    }
  },
};
