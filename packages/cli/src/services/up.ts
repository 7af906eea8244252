import { localUrl } from '@nullspace/configuration';
import { type Adopted, adoptServer } from '../client-configuration/adopt.ts';
import { CliError } from '../errors/cli-error.ts';
import { ensureAccount } from './account.ts';
import { type BroughtUp, bringUp } from './bring-up.ts';
import type { ServiceDefinition } from './definition.ts';
import { defineServices } from './definitions.ts';
import { makeFolders } from './folders.ts';
import { type Installation, writeSettingsFile } from './installation.ts';
import { withServiceLock } from './lock.ts';
import { ensureOperatorKey } from './operator-key.ts';
import { isPortFree, portHolder } from './port.ts';
import { readLiveRecord } from './record.ts';
import { requireRoot } from './require-root.ts';

export interface UpResult {
  services: BroughtUp[];
  /** Address of the API on this machine. */
  url: string;
  metricsUrl: string;
  apiKey: string;
  client: Adopted;
}

/**
 * Brings host and server up, makes the first API key and the caller's client configuration. Harmless to repeat.
 *
 * @param onService Called when a service is up.
 */
export async function up(
  installation: Installation,
  options: { onService?: (service: BroughtUp) => void } = {},
): Promise<UpResult> {
  requireRoot('up');
  const { settings, paths } = installation;
  const account = ensureAccount(settings.service_user);
  makeFolders(paths, account);
  return withServiceLock(paths.runDir, async () => {
    writeSettingsFile(installation, account);
    const services: BroughtUp[] = [];
    for (const definition of defineServices(installation, account)) {
      if (definition.name === 'server') await refuseTakenPort(definition, installation);
      const service = await bringUp(definition, paths);
      options.onService?.(service);
      services.push(service);
    }
    const ready = services.at(-1)?.record.ready ?? {};
    const url = reachable(installation, String(ready.url ?? localUrl(settings)));
    const apiKey = await ensureOperatorKey(installation, { url, account });
    const client = await adoptServer({ url, apiKey });
    return { services, url, metricsUrl: String(ready.metrics_url ?? ''), apiKey, client };
  });
}

async function refuseTakenPort(
  definition: ServiceDefinition,
  { settings, paths }: Installation,
): Promise<void> {
  // A server of this installation is stopped before its successor listens.
  if (readLiveRecord(paths.runDir, definition.name)) return;
  if (await isPortFree(settings.port, settings.listen_address)) return;
  const holder = await portHolder(settings.port);
  throw new CliError(
    `Port ${settings.port} of ${settings.listen_address} is taken${holder ? ` by ${holder}` : ''}.`,
    { code: 'port_taken', suggestedAction: 'End that program, or choose another port with --port.' },
  );
}

// The server names the port it got; the address is the one that this machine reaches it at.
function reachable({ settings }: Installation, url: string): string {
  const port = URL.canParse(url) ? Number(new URL(url).port) : 0;
  return localUrl(settings, port || settings.port);
}
