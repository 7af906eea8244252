import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeEnvironment, nodeFlags, prepareCompileCache } from '@nullspace/service';
import { buildArtifacts, repository } from './artifacts.ts';
import { pickGuestRange } from './guest-range.ts';
import { installBaseImage } from './images.ts';
import { takeAbandoned, writeOwner } from './owners.ts';
import { type Service, startService } from './service.ts';
import { tellErrors } from './tell-errors.ts';

const prefix = 'nullspace-test-';
const hostScript = join(repository, 'packages/host/bin/host.ts');
const serverScript = join(repository, 'packages/server/bin/server.js');
const cacheDir = process.env.NULLSPACE_CACHE_DIR ?? '/var/cache/nullspace';
const adminScript = join(repository, 'packages/server/bin/admin.ts');

/** A host and a server of their own, with real sandboxes, beside anything else on the machine. */
export interface Installation {
  readonly dataDir: string;
  readonly guestRange: string;
  /** Base URL of the API; it changes when the server is started again. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly apiKey: string;
  /** Options of the TypeScript SDK, for the first key and the address as they are now. */
  readonly connection: { apiKey: string; baseUrl: string };
  readonly host: Service;
  readonly server: Service;
  /** Environment for clients: API key and address. */
  clientEnv(): Record<string, string>;
  /** A further API key, of the tenant of the first one unless another is named. */
  createKey(tenant?: string): string;
  startHost(env?: Record<string, string>): Promise<void>;
  startServer(env?: Record<string, string>): Promise<void>;
  /** Ends both, every sandbox and all that they made. */
  stop(): Promise<void>;
}

/**
 * Starts an installation in a temporary folder and stops it after the test.
 *
 * @param options.settings Settings beyond those of every test, for example `{ max_instances: '3' }`.
 */
export async function startInstallation(
  context: { after(hook: () => Promise<void>): void },
  options: { settings?: Record<string, string> } = {},
): Promise<Installation> {
  removeAbandoned();
  const artifacts = buildArtifacts();
  const dataDir = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(dataDir, 0o755);
  const guestRange = pickGuestRange();
  writeOwner(dataDir, guestRange);
  const env: Record<string, string> = {
    NULLSPACE_DATA_DIR: dataDir,
    NULLSPACE_GUEST_RANGE: guestRange,
    NULLSPACE_PORT: '0',
    NULLSPACE_METRICS_PORT: '0',
    NULLSPACE_SSH_PORT: '0',
    NULLSPACE_RUNSC: artifacts.runsc,
    NULLSPACE_PREPARED_SLOTS: '4',
    // Tests count what runs; those of pools ask for some.
    NULLSPACE_READY_BASE: '0',
    ...Object.fromEntries(
      Object.entries(options.settings ?? {}).map(([key, value]) => [`NULLSPACE_${key.toUpperCase()}`, value]),
    ),
  };
  const runNode = (script: string, ...args: string[]) =>
    execFileSync(process.execPath, [...nodeFlags, script, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env, ...compiled('admin') },
    });

  let host: Service | undefined;
  let server: Service | undefined;
  let apiKey = '';
  const installation: Installation = {
    dataDir,
    guestRange,
    get url() {
      return String(server!.ready.url);
    },
    get metricsUrl() {
      return String(server!.ready.metrics_url);
    },
    get apiKey() {
      return apiKey;
    },
    get connection() {
      return { apiKey, baseUrl: installation.url };
    },
    get host() {
      return host!;
    },
    get server() {
      return server!;
    },
    clientEnv: () => ({ NULLSPACE_API_KEY: apiKey, NULLSPACE_API_URL: installation.url }),
    createKey(tenant) {
      const args = ['keys', 'create', '--json', '--name', 'test', ...(tenant ? ['--tenant', tenant] : [])];
      return (JSON.parse(runNode(adminScript, ...args)) as { key: string }).key;
    },
    async startHost(extra = {}) {
      const command = [process.execPath, ...nodeFlags, hostScript];
      host = await startService({
        command,
        env: { ...env, ...compiled('host'), ...extra },
        logFile: join(dataDir, 'host.log'),
      });
    },
    async startServer(extra = {}) {
      const command = [process.execPath, ...nodeFlags, serverScript];
      server = await startService({
        command,
        env: { ...env, ...compiled('server'), ...extra },
        logFile: join(dataDir, 'server.log'),
      });
    },
    async stop() {
      await server?.kill('SIGTERM');
      await host?.kill('SIGTERM');
      for (const service of ['server', 'host']) tellErrors(join(dataDir, `${service}.log`));
      clean(dataDir, env);
    },
  };
  context.after(() => installation.stop());
  installBaseImage(dataDir, artifacts.baseImage, hostScript);
  await installation.startHost();
  await installation.startServer();
  apiKey = installation.createKey();
  return installation;
}

/** What a service that `nullspace up` starts has too: its translated code is found, for one. */
function compiled(service: 'host' | 'server' | 'admin'): Record<string, string> {
  const cache = prepareCompileCache({ cacheDir, service: `test-${service}` });
  const variable = service === 'server' ? 'NULLSPACE_COMPILE_CACHE' : 'NODE_COMPILE_CACHE';
  return { ...nodeEnvironment, NODE_COMPILE_CACHE: '', [variable]: cache };
}

/** Removes what a run that was cut off left: sandboxes, namespaces, packet filter, routes, folders. */
function removeAbandoned(): void {
  for (const { dataDir, guestRange } of takeAbandoned(prefix)) {
    try {
      clean(dataDir, { NULLSPACE_DATA_DIR: dataDir, NULLSPACE_GUEST_RANGE: guestRange });
    } catch (error) {
      // A service of it may live on. This test has a folder of its own and can do without.
      console.error(`what an earlier run left in ${dataDir} cannot be removed: ${error}`);
    }
  }
}

/** Takes away what a test that was cut off has mounted in its folder. */
function unmountBelow(folder: string): void {
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const [, target = ''] = line.split(' ');
    if (target.startsWith(`${folder}/`)) execFileSync('umount', [target]);
  }
}

function clean(dataDir: string, env: Record<string, string>): void {
  execFileSync(process.execPath, [hostScript, 'clean'], {
    env: { ...process.env, ...env, ...compiled('host') },
    stdio: 'pipe',
  });
  unmountBelow(dataDir);
  if (!process.env.NULLSPACE_TEST_KEEP) rmSync(dataDir, { recursive: true, force: true });
}
