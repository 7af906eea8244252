import { join } from 'node:path';
import type { Account } from './account.ts';
import type { ServiceDefinition } from './definition.ts';
import { fingerprint } from './fingerprint.ts';
import { type Installation, settingsFile, settingsText } from './installation.ts';

/** Names of the services in the order in which they start. */
export const serviceNames = ['host', 'server'] as const;

const packages = {
  host: ['packages/host', 'packages/runtime', 'packages/configuration', 'packages/service', 'proto/gen'],
  server: [
    'packages/server',
    'packages/host',
    'packages/contract',
    'packages/configuration',
    'packages/service',
    'proto/gen',
  ],
};

/** How each is started; the server keeps its libraries out of its compile cache. */
const programs = {
  host: { entry: 'packages/host/bin/host.ts', cacheVariable: 'NODE_COMPILE_CACHE' },
  server: { entry: 'packages/server/bin/server.js', cacheVariable: 'NULLSPACE_COMPILE_CACHE' },
};

/** Host and server of an installation, in the order in which they start. */
export function defineServices(
  installation: Installation,
  account: Account | undefined,
): ServiceDefinition[] {
  const define = (name: 'host' | 'server', runAs: Account | undefined): ServiceDefinition => ({
    name,
    program: {
      root: installation.root,
      entry: join(installation.root, programs[name].entry),
      args: ['--config-file', settingsFile(installation)],
    },
    account: runAs,
    cacheDir: installation.paths.cacheDir,
    cacheVariable: programs[name].cacheVariable,
    fingerprint: fingerprint({
      root: installation.root,
      folders: packages[name],
      files: ['package-lock.json', 'engine/go.sum'],
      also: settingsText(installation),
    }),
    readyMs: 300_000,
    endMs: 30_000,
  });
  return [define('host', undefined), define('server', account)];
}
