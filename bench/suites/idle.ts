import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from 'nullspace';
import { addressSpacesOf } from '../lib/address-spaces.ts';
import type { Bench } from '../lib/bench.ts';

export const bench: Bench = {
  name: 'idle',
  about: 'memory of idle sandboxes and of the services',
  async run({ installation }) {
    // With its code translated already, as `nullspace up` starts it.
    await installation.server.kill('SIGTERM');
    await installation.host.kill('SIGTERM');
    await installation.startHost();
    await installation.startServer();
    const { connection } = installation;
    const sandboxes = [];
    for (let number = 0; number < 5; number++) sandboxes.push(await Sandbox.create(connection));
    for (const sandbox of sandboxes) await sandbox.commands.run('true');
    await sleep(5000);
    const perSandbox = sandboxes.map(
      (sandbox) =>
        addressSpacesOf(installation, sandbox.id).reduce(
          (total, pid) => total + kilobytes(pid, 'smaps_rollup', 'Pss'),
          0,
        ) / 1024,
    );
    const services =
      kilobytes(installation.host.pid, 'status', 'VmRSS') +
      kilobytes(installation.server.pid, 'status', 'VmRSS');
    const spares = sparesOf(installation.host.pid);
    const ahead = spares.reduce((total, pid) => total + kilobytes(pid, 'smaps_rollup', 'Pss'), 0);
    for (const sandbox of sandboxes) await sandbox.kill();
    return [
      {
        metric: 'idle sandbox, Pss of all its processes',
        unit: 'MB',
        samples: perSandbox,
        target: { text: '≤ 24 MB', of: 'p50', at: 'most', bound: 24 },
      },
      {
        metric: 'server and host, resident',
        unit: 'MB',
        samples: [services / 1024],
        target: { text: '≤ 220 MB', of: 'p50', at: 'most', bound: 220 },
      },
      {
        metric: `${spares.length} processes that the host has started ahead, Pss`,
        unit: 'MB',
        samples: [ahead / 1024],
      },
    ];
  },
};

/** Processes of the engine that wait for a command. */
function sparesOf(host: number): number[] {
  const children = readFileSync(`/proc/${host}/task/${host}/children`, 'utf8').trim().split(' ').map(Number);
  return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('\0await\0'));
}

function kilobytes(pid: number, file: string, field: string): number {
  const match = readFileSync(`/proc/${pid}/${file}`, 'utf8').match(
    new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'),
  );
  return match ? Number(match[1]) : 0;
}
