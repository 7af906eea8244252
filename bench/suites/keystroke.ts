import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';

export const bench: Bench = {
  name: 'keystroke',
  about: 'a key typed into a terminal until it is shown, and a byte of output from its program',
  async run({ connection, rounds }) {
    await using sandbox = await Sandbox.create(connection);
    let shown = () => {};
    const next = () =>
      new Promise<void>((resolve) => {
        shown = resolve;
      });
    const session = await sandbox.pty.create({ onData: () => shown() });
    await session.write('stty raw echo; cat\n');
    // The prompt and the line itself.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const samples = await alternate(rounds * 5, {
      echo: () =>
        time(async () => {
          const echoed = next();
          await session.write('k');
          await echoed;
        }),
    });
    await session.kill();
    return [
      {
        metric: 'echo of a keystroke',
        unit: 'ms',
        samples: samples.echo!,
        target: { text: '≤ 5 ms', of: 'p50', at: 'most', bound: 5 },
      },
    ];
  },
};
