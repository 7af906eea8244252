import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox, Template } from 'nullspace';
import { addressOfGuest } from '../../test/harness/leftovers.ts';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { firstAnswer, RawRunsc } from '../lib/raw-runsc.ts';

const port = 8000;
/** What makes a start worth saving. */
const startSeconds = 3;
const serve = `sleep ${startSeconds}; exec python3 -m http.server ${port} --directory /srv`;
const size = { vcpus: 2, memoryMb: 512, diskMb: 1024 };
/** What frees the machine of the sandbox before, so that it is not measured. */
const calmMs = 500;

export const bench: Bench = {
  name: 'template-snapshot',
  about: `create of a template whose service took ${startSeconds} s to start, to its answer, beside a raw restore of the same`,
  async run({ installation, connection, rounds }) {
    const template = Template.fromTemplate('base').setStartCmd(serve, { kind: 'http', port, path: '/' });
    await Template.build(template, 'served', { ...connection, ...size });
    const raw = new RawRunsc(1, { memoryMb: size.memoryMb });
    try {
      await raw.start(0, 'source');
      await raw.startScript(0, `(${serve}) > /dev/null 2>&1 & sleep ${2 * startSeconds}; echo ready`);
      await raw.waitFor(0, port);
      await raw.checkpoint('source', 'service', { leaveRunning: false });
      await raw.stop('source');
      const samples = await alternate(rounds, {
        ours: async () => {
          await sleep(calmMs);
          let sandbox: Sandbox | undefined;
          const taken = await time(async () => {
            sandbox = await Sandbox.create({ ...connection, template: 'served' });
            await firstAnswer(addressOfGuest(installation, sandbox.id), port);
          });
          await sandbox!.kill();
          return taken;
        },
        raw: async (round) => {
          await sleep(calmMs);
          const id = `copy-${round}-raw`;
          const taken = await time(async () => {
            await raw.restore(0, id, 'service');
            await raw.waitFor(0, port);
          });
          await raw.stop(id);
          return taken;
        },
      });
      return [
        {
          metric: "create to the service's answer",
          ...{ unit: 'ms', samples: samples.ours! },
          baseline: { name: 'raw restore to its answer', samples: samples.raw! },
          target: { text: '≤ 1.3 × raw', of: 'ratio', at: 'most', bound: 1.3 },
        },
      ];
    } finally {
      await raw.close();
    }
  },
};
