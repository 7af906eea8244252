import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the API answers with when an access is made. */
export interface MadeAccess {
  access_id: string;
  sandbox_id: string;
  host: string;
  port: number;
  user: string;
  host_key: string;
  certificate: string;
  command: string;
}

export interface Ended {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/** A user of OpenSSH's own programs, with a key and a known-hosts file in a folder of its own. */
export class SshClient {
  readonly folder = mkdtempSync(join(tmpdir(), 'nullspace-test-ssh-'));
  readonly identity = join(this.folder, 'key');
  readonly publicKey: string;
  #running = new Set<ChildProcess>();
  #written = new Map<string, string>();

  constructor(context: { after(hook: () => Promise<void>): void }, type = 'ed25519') {
    const bits = type === 'rsa' ? ['-b', '2048'] : [];
    execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', '', '-C', 'a test', '-f', this.identity]);
    this.publicKey = readFileSync(`${this.identity}.pub`, 'utf8');
    context.after(async () => {
      for (const child of this.#running) child.kill('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Options that ssh, scp and sftp share. Without `certified` the key alone is shown. */
  options(access: MadeAccess, { certified = false } = {}): string[] {
    const certificate = join(this.folder, certified ? `${access.access_id}-cert.pub` : 'none');
    if (certified) this.#write(certificate, `${access.certificate}\n`);
    const knownHosts = join(this.folder, 'known_hosts');
    this.#write(knownHosts, `[${access.host}]:${access.port} ${access.host_key}\n`);
    const options = {
      IdentitiesOnly: 'yes',
      IdentityAgent: 'none',
      BatchMode: 'yes',
      StrictHostKeyChecking: 'yes',
      UserKnownHostsFile: knownHosts,
      ...(certified ? { CertificateFile: certificate } : {}),
    };
    const written = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    return ['-F', 'none', '-i', this.identity, ...written];
  }

  /** Another client may be reading it: one that is as it should be is left alone. */
  #write(file: string, text: string): void {
    if (this.#written.get(file) === text) return;
    writeFileSync(file, text, { mode: 0o600 });
    this.#written.set(file, text);
  }

  /** Starts ssh. `flags` stand before the destination, `words` behind it. */
  start(
    access: MadeAccess,
    words: string[],
    { flags = [], certified = false, user = access.sandbox_id }: Flags = {},
  ): ChildProcess {
    const to = ['-p', String(access.port), `${user}@${access.host}`];
    // Of options that are given twice the first counts.
    return this.#spawn('ssh', [...flags, ...this.options(access, { certified }), ...to, ...words]);
  }

  /** Runs ssh to its end. */
  run(access: MadeAccess, words: string[], options: Flags & { stdin?: Buffer } = {}): Promise<Ended> {
    return collect(this.start(access, words, options), options.stdin);
  }

  /** Runs scp, sftp or rsync to its end. */
  copy(program: 'scp' | 'sftp', access: MadeAccess, words: string[], stdin?: string): Promise<Ended> {
    const args = [...this.options(access), '-P', String(access.port), ...words];
    return collect(this.#spawn(program, args), stdin === undefined ? undefined : Buffer.from(stdin));
  }

  rsync(access: MadeAccess, words: string[]): Promise<Ended> {
    const shell = ['ssh', ...this.options(access), '-p', String(access.port)].join(' ');
    return collect(this.#spawn('rsync', ['-e', shell, ...words]), undefined);
  }

  #spawn(program: string, args: string[]): ChildProcess {
    const child = spawn(program, args, { stdio: 'pipe' });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    child.stdin!.on('error', () => undefined);
    return child;
  }
}

interface Flags {
  flags?: string[];
  certified?: boolean;
  user?: string;
}

/** Gives a program its input and waits for its end. */
export async function collect(child: ChildProcess, stdin?: Buffer): Promise<Ended> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout!.on('data', (data: Buffer) => stdout.push(data));
  child.stderr!.on('data', (data: Buffer) => stderr.push(data));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  child.stdin!.end(stdin);
  const code = await promise;
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}
