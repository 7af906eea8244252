import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { holdHeap, inBackground } from '../lib/heap.ts';
import { RawRunsc } from '../lib/raw-runsc.ts';

const heapMib = 512;
const memoryMb = 1024;

export const bench: Bench = {
  name: 'resume-heap',
  about: `resume with a heap of ${heapMib} MB, beside the raw restore with pages loading in the background`,
  async run({ connection, rounds }) {
    const raw = new RawRunsc(1, { memoryMb });
    let sandbox = await Sandbox.create({ ...connection, memoryMb, timeout: 3600 });
    try {
      await sandbox.commands.run(inBackground(holdHeap(heapMib)), { shell: true, timeoutSecs: 120 });
      await raw.start(0, 'source');
      await raw.startScript(0, holdHeap(heapMib));
      await raw.checkpoint('source', 'heap', { leaveRunning: false });
      await raw.stop('source');
      const samples = await alternate(Math.min(rounds, 8), {
        ours: async () => {
          const { id } = await sandbox.pause();
          return time(async () => {
            sandbox = await Sandbox.resume(id, connection);
            await sandbox.commands.run('echo', { args: ['ready'] });
          });
        },
        raw: async (round) => {
          const taken = await time(() => raw.restore(0, `copy-${round}`, 'heap'));
          await raw.stop(`copy-${round}`);
          return taken;
        },
      });
      return [
        {
          metric: `resume with ${heapMib} MB to first output`,
          unit: 'ms',
          samples: samples.ours!,
          baseline: { name: 'raw background restore to first answer', samples: samples.raw! },
          target: { text: '≤ 1.5 × raw', of: 'ratio', at: 'most', bound: 1.5 },
        },
      ];
    } finally {
      await sandbox.kill();
      await raw.close();
    }
  },
};
