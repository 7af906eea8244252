#!/usr/bin/env node
import { mkdirSync } from 'node:fs';
import { loadSettings, paths, SettingsError } from '@nullspace/configuration';
import { createHostClient } from '@nullspace/host';
import { readFaultPoint } from '../src/fault-points.ts';
import { createLog } from '../src/logging.ts';
import { startServer } from '../src/start-server.ts';
import { openStore } from '../src/store/open-store.ts';

async function main(): Promise<void> {
  const { settings, warnings } = loadSettings({ argv: process.argv.slice(2), env: process.env });
  const log = createLog({ level: settings.log_level });
  for (const warning of warnings) log.warn(warning);
  const { serverDir, hostSocket } = paths(settings);
  if (settings.database_url === '') mkdirSync(serverDir, { recursive: true, mode: 0o700 });
  const reach = readFaultPoint(process.env.NULLSPACE_FAULT_POINT);
  const store = await openStore(settings);
  const server = await startServer({ settings, store, host: createHostClient(hostSocket), log, reach });
  log.info({ url: server.url, metrics_url: server.metricsUrl, pid: process.pid }, 'ready');

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    server
      .stop()
      .then(() => store.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'did not stop cleanly');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
}

// Everything is loaded by now: so does the compile cache get filled, see `prepareCompileCache`.
if (process.argv[2] === 'compile') process.exit();
main().catch((error: unknown) => {
  process.stderr.write(`nullspace server: ${error instanceof Error ? error.message : String(error)}\n`);
  if (!(error instanceof SettingsError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(error instanceof SettingsError ? 2 : 1);
});
