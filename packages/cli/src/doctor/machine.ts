import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Installation } from '../services/installation.ts';
import { fail, type Probe } from './probe.ts';

const run = promisify(execFile);

/** The checks of script/up, on the settings of an installation. */
export async function probeMachine({ root, settings }: Installation): Promise<Probe[]> {
  const script = join(root, 'script/lib/machine-checks');
  const args = Object.entries({
    'data-dir': settings.data_dir,
    'cache-dir': settings.cache_dir,
    port: String(settings.port),
    'listen-address': settings.listen_address,
  }).flatMap(([name, value]) => [`--${name}`, value]);
  let output: string;
  try {
    output = (await run(script, args, { timeout: 60_000 })).stdout;
  } catch (error) {
    // It ends with 1 when a check failed, and has printed all of them then.
    output = (error as { stdout?: string }).stdout ?? '';
    if (output === '') {
      return [
        fail(
          'machine',
          `${script} could not be run: ${(error as Error).message}`,
          'Clone the repository again.',
        ),
      ];
    }
  }
  return output
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([name = '', status, message = '', fix]) => ({
      name,
      status: status as Probe['status'],
      message,
      fix: fix || null,
      details: null,
    }))
    .map(excuseUser);
}

// Only setting up needs root; the calls of a client do not.
function excuseUser(probe: Probe): Probe {
  if (probe.name !== 'root' || probe.status !== 'fail') return probe;
  return {
    ...probe,
    status: 'warn',
    message: 'not running as root; some checks know less',
    fix: 'Run it as root.',
  };
}
