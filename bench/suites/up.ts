import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../../test/harness/artifacts.ts';
import { pickGuestRange } from '../../test/harness/guest-range.ts';
import { type Bench, time } from '../lib/bench.ts';

const run = promisify(execFile);

export const bench: Bench = {
  name: 'up',
  about: 'script/up with everything cached',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'nullspace-up-'));
    // The server's account must be able to reach its folder.
    chmodSync(folder, 0o755);
    const args = [
      '--data-dir',
      join(folder, 'data'),
      '--port',
      '0',
      '--metrics-port',
      '0',
      '--guest-range',
      pickGuestRange(),
    ];
    // Neither the caller's configuration nor the command on the machine's path is replaced.
    const env = {
      ...process.env,
      XDG_CONFIG_HOME: join(folder, 'config'),
      NULLSPACE_BIN_DIR: join(folder, 'bin'),
    };
    const up = () => run(join(repository, 'script/up'), args, { env });
    const cli = (...words: string[]) =>
      run(join(repository, 'packages/cli/bin/nullspace.js'), words, { env });
    try {
      await up();
      const samples = [];
      for (let round = 0; round < 3; round++) {
        await cli('stop', ...args.slice(0, 2));
        samples.push((await time(up)) / 1000);
      }
      return [
        {
          metric: 'script/up again, services stopped before',
          unit: 's',
          samples,
          target: { text: '≤ 10 s', of: 'p50', at: 'most', bound: 10 },
        },
      ];
    } finally {
      await cli('stop', ...args.slice(0, 2));
      await run(process.execPath, [
        join(repository, 'packages/host/bin/host.ts'),
        'clean',
        ...args.slice(0, 2),
      ]);
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
