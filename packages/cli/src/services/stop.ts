import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CliError } from '../errors/cli-error.ts';
import { serviceEnvironment } from './environment.ts';
import { type Installation, settingsFile } from './installation.ts';
import { withServiceLock } from './lock.ts';
import { readLiveRecord } from './record.ts';
import { requireRoot } from './require-root.ts';
import { type TakenDown, takeDown } from './take-down.ts';

const run = promisify(execFile);

export interface StopResult {
  /** Sandboxes killed; undefined when they were kept. */
  sandboxesKilled?: number;
  services: TakenDown[];
}

/** Ends server and host, and first every sandbox unless they are to be kept. Harmless to repeat. */
export async function stop(
  installation: Installation,
  options: { keepSandboxes: boolean },
): Promise<StopResult> {
  requireRoot('stop');
  const { runDir, hostSocket } = installation.paths;
  if (!existsSync(runDir)) {
    return { services: ['server', 'host'].map((name) => ({ name, outcome: 'not_running' as const })) };
  }
  return withServiceLock(runDir, async () => {
    let sandboxesKilled: number | undefined;
    if (!options.keepSandboxes && readLiveRecord(runDir, 'host')?.ready) {
      const { killSandboxes } = await import('./sandboxes.ts');
      // A host that does not answer is ended below, and what it leaves is cleaned up after it.
      sandboxesKilled = await killSandboxes(hostSocket, {
        recordMs: readLiveRecord(runDir, 'server')?.ready ? 5000 : 0,
      }).catch(() => undefined);
    }
    const services = [
      await takeDown('server', { runDir, patienceMs: 30_000 }),
      await takeDown('host', { runDir, patienceMs: 30_000 }),
    ];
    if (!options.keepSandboxes) await cleanHost(installation);
    return { ...(sandboxesKilled !== undefined && { sandboxesKilled }), services };
  });
}

// Removes instances, networks, mounts and cgroups that are left.
async function cleanHost(installation: Installation): Promise<void> {
  const settings = settingsFile(installation);
  if (!existsSync(settings)) return;
  const entry = join(installation.root, 'packages/host/bin/host.ts');
  try {
    await run(process.execPath, [entry, 'clean', '--config-file', settings], {
      cwd: '/',
      env: serviceEnvironment({ service: 'host', cacheDir: installation.paths.cacheDir }),
      timeout: 120_000,
    });
  } catch (error) {
    throw new CliError(`The services have ended, but cleaning up failed: ${(error as Error).message}`, {
      suggestedAction: 'Run "nullspace stop" again.',
      cause: error,
    });
  }
}
