import type { Installation } from '../services/installation.ts';
import { serviceStatus } from '../services/status.ts';
import { fail, type Probe, pass } from './probe.ts';

/** Whether host and server of an installation run. */
export function probeServices(installation: Installation): Probe[] {
  return serviceStatus(installation).map(({ name, state, pid, log_file }) => {
    const probe = `${name}_service`;
    if (state === 'running') return pass(probe, `${name} runs as process ${pid}`, { log_file });
    if (state === 'starting') return fail(probe, `${name} is not ready yet`, `Wait, or read ${log_file}.`);
    if (state === 'ended') {
      return fail(probe, `${name} was started but has ended`, `Read ${log_file}, then run "nullspace up".`);
    }
    return fail(probe, `${name} does not run`, 'Start it: nullspace up');
  });
}
