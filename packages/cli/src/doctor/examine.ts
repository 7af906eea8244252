import { existsSync } from 'node:fs';
import type { Installation } from '../services/installation.ts';
import { version } from '../version.ts';
import { probeAccount, probeApi } from './api.ts';
import { probeMachine } from './machine.ts';
import { type Probe, pass } from './probe.ts';
import { probeSandboxes } from './sandbox.ts';
import { probeServices } from './services.ts';

/**
 * Runs every check, in the order in which things are built on each other.
 *
 * @param options.local Whether this machine is the server; undefined: when there is an installation or the API's
 * address is this machine.
 * @param options.sandbox Create a sandbox too.
 */
export async function examine(options: {
  installation: Installation;
  local: boolean | undefined;
  sandbox: boolean;
}): Promise<Probe[]> {
  const { installation, sandbox } = options;
  const { resolveApiKey, resolveBaseUrl } = await import('nullspace');
  const baseUrl = resolveBaseUrl();
  const local = options.local ?? isThisMachine(baseUrl, installation);
  const probes = [pass('cli_version', `nullspace ${version} on Node.js ${process.versions.node}`)];
  if (local) probes.push(...(await probeMachine(installation)), ...probeServices(installation));
  const apiKey = orNothing(() => resolveApiKey());
  const api = await probeApi({ baseUrl, apiKey, local });
  probes.push(...api, probeAccount(), pass('sdk_version', `SDK ${version}`));
  if (apiKey && api.every(({ status }) => status !== 'fail')) {
    probes.push(...(await probeSandboxes({ baseUrl, apiKey, create: sandbox })));
  }
  return probes;
}

function isThisMachine(baseUrl: string, { paths }: Installation): boolean {
  if (existsSync(paths.runDir)) return true;
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname);
}

// A missing key is a finding, not a failure of the examination.
function orNothing(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as { code?: string }).code) return undefined;
    throw error;
  }
}
