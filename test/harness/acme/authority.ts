import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { repository } from '../artifacts.ts';
import { until } from '../until.ts';
import { type Doorway, openDoorway } from './doorway.ts';
import { freePorts } from './free-ports.ts';

const binding = { kid: 'operator-1', key: Buffer.alloc(32, 'binding').toString('base64url') };

/** A certificate authority with ACME, Pebble, and the DNS that it looks at. */
export interface Authority {
  /** Settings of a server that gets its certificate here. */
  settings: Record<string, string>;
  doorway: Doorway;
  /** Root of the certificates that it issues. */
  root(): Promise<string>;
  /** How the hook behaves from now on. */
  setMode(mode: '' | 'fail' | 'hang' | 'wrong'): void;
  /** Calls of the hook so far, each "present" or "cleanup", name and value. */
  calls(): string[];
  /** What a file of the hook holds, a line an item. */
  lines(file: 'seen' | 'hanging'): string[];
}

/** @param options.bound Accounts have to be bound to one that the authority knows. */
export async function startAuthority(
  context: { after(hook: () => Promise<void>): void },
  options: { bound?: boolean } = {},
): Promise<Authority> {
  const { bound = false } = options;
  const programs = execFileSync(join(repository, 'test/pebble/build'), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const folder = mkdtempSync(join(tmpdir(), 'nullspace-acme-'));
  context.after(async () => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const program = join(repository, 'test/harness/certificate.go');
  const pem = execFileSync('go', ['run', program, 'localhost'], { encoding: 'utf8' });
  const file = join(folder, 'own.pem');
  writeFileSync(file, pem);
  const bindingFile = join(folder, 'binding');
  writeFileSync(bindingFile, `${binding.key}\n`);
  const [acme, management, dns, dnsManagement] = (await freePorts(4)) as [number, number, number, number];
  const pebble = {
    ...{ listenAddress: `127.0.0.1:${acme}`, managementListenAddress: `127.0.0.1:${management}` },
    ...{ certificate: file, privateKey: file, httpPort: 1, tlsPort: 1, retryAfter: { authz: 1, order: 1 } },
    ...{ externalAccountBindingRequired: bound, externalAccountMACKeys: { [binding.kid]: binding.key } },
    profiles: { default: { description: 'for tests', validityPeriod: 7776000 } },
  };
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
  const run = (name: string, ...args: string[]) => {
    const child = spawn(join(programs, name), args, {
      stdio: 'ignore',
      // A domain is proved anew for each order, so that the hook is called for each.
      env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0' },
    });
    context.after(() => end(child));
  };
  const off = ['http01', 'https01', 'tlsalpn01', 'doh'].flatMap((name) => [`-${name}`, '']);
  run(
    'pebble-challtestsrv',
    ...off,
    '-dnsserver',
    `127.0.0.1:${dns}`,
    '-management',
    `127.0.0.1:${dnsManagement}`,
  );
  run('pebble', '-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${dns}`);
  const doorway = await openDoorway({ target: () => acme, pem });
  context.after(async () => doorway.close());
  const root = () => fetchFrom(`https://localhost:${management}/roots/0`, pem);
  await until(() => root().then(Boolean, () => false), 'Pebble answers');

  const hook = join(folder, 'hook');
  const script = join(repository, 'test/harness/acme/dns-hook.mjs');
  const words = [process.execPath, script, folder, `http://127.0.0.1:${dnsManagement}`];
  writeFileSync(hook, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  const setMode = (mode: string) => writeFileSync(join(folder, 'mode'), mode);
  setMode('');
  const lines = (name: string) => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  };
  return {
    settings: {
      preview_acme: 'true',
      preview_acme_directory: `https://localhost:${doorway.port}/dir`,
      preview_acme_terms_agreed: 'true',
      preview_acme_email: 'operator@previews.example',
      preview_acme_hook: hook,
      preview_acme_dns_wait_ms: '0',
      preview_acme_ca: file,
      ...(bound && { preview_acme_eab_kid: binding.kid, preview_acme_eab_key_file: bindingFile }),
    },
    ...{ doorway, root, setMode, lines },
    calls: () => lines('calls'),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function fetchFrom(url: string, ca: string): Promise<string> {
  const asking = request(url, { ca, agent: false }).end();
  const [answer] = await once(asking, 'response');
  return await text(answer);
}
