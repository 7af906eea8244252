import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutside } from '../../packages/runtime/test/fixtures/outside.ts';
import { readLines } from './read-lines.ts';

const script = join(import.meta.dirname, 'named-world-servers.ts');

/** A world outside with names: a nameserver, and servers behind two public addresses. Nothing leaves the machine. */
export interface NamedWorld {
  /** For the setting `nameservers`. */
  nameserver: string;
  /** Public addresses: of the names below `example.test`, and of no name. */
  address: string;
  otherAddress: string;
  /** A port of neither HTTP nor TLS that greets whoever connects. */
  greetingPort: number;
  /** What the nameserver was asked, and the servers saw, as lines. */
  seen(): string[];
  close(): Promise<void>;
}

/**
 * Opens it. Known names: `api.example.test`, `also.example.test` and `www.example.test` (an alias) are at `address`,
 * `other.test` at `otherAddress`, `private.example.test` at a private address, `mixed.example.test` at that and at `address`.
 */
export async function openNamedWorld(): Promise<NamedWorld> {
  const outside = await openOutside();
  const folder = mkdtempSync(join(tmpdir(), 'nullspace-world-'));
  const log = join(folder, 'seen');
  const address = outside.addresses.public;
  const otherAddress = outside.otherPublic;
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=example.test', '-days', '30'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const options = { stdio: 'pipe' } as const;
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], options);
  const settings = JSON.stringify({
    address,
    otherAddress,
    private: outside.addresses.private,
    cert,
    key,
    log,
  });
  const child = spawn('ip', ['netns', 'exec', outside.namespace, process.execPath, script, settings], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const ready = await Promise.race([once(child.stdout, 'data'), exited.then(() => [''])]);
  const greetingPort = Number(ready[0]);
  if (!greetingPort) throw new Error('the servers of the named world did not start');
  return {
    nameserver: outside.outsideAddress,
    address,
    otherAddress,
    greetingPort,
    seen: () => readLines(log, 0),
    async close() {
      child.stdin.end();
      await exited;
      await outside.close();
      rmSync(folder, { recursive: true });
    },
  };
}
