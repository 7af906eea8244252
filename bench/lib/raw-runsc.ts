import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildArtifacts, buildStockRunsc } from '../../test/harness/artifacts.ts';
import { pickGuestRange } from '../../test/harness/guest-range.ts';

const run = promisify(execFile);

/**
 * The baseline of every create: gVisor's own runsc with the same image, agent, size and a network namespace made ahead,
 * without host, server, limits or configuration.
 */
export class RawRunsc {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nullspace-raw-'));
  readonly #artifacts = buildArtifacts();
  readonly #range = pickGuestRange();
  readonly #running = new Set<string>();
  readonly #slots: { namespace: string; address: string; gateway: string; link: string }[] = [];

  readonly #memoryMb: number;
  readonly #stock = buildStockRunsc();
  #runsc = this.#stock;

  /** @param slots Sandboxes that run at the same moment at most. */
  constructor(slots: number, options: { memoryMb?: number } = {}) {
    this.#memoryMb = options.memoryMb ?? 512;
    const base = this.#range.split('.').slice(0, 3).join('.');
    execFileSync('ip', ['route', 'add', 'unreachable', this.#range]);
    for (let index = 0; index < slots; index++) {
      const namespace = `raw-${process.pid}-${index}`;
      const link = `raw${process.pid % 10000}-${index}`;
      const gateway = `${base}.${index * 4 + 1}`;
      const address = `${base}.${index * 4 + 2}`;
      for (const args of [
        ['netns', 'add', namespace],
        ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace],
        ['addr', 'add', `${gateway}/30`, 'dev', link],
        ['link', 'set', link, 'up'],
      ])
        execFileSync('ip', args);
      this.#slots.push({ namespace, address, gateway, link });
    }
  }

  /** While `act` goes on it is the runsc that we build, with what makes it faster, to tell that from what is around it. */
  async withOurs<T>(act: () => Promise<T>): Promise<T> {
    this.#runsc = this.#artifacts.runsc;
    try {
      return await act();
    } finally {
      this.#runsc = this.#stock;
    }
  }

  /**
   * Starts one in slot `index` and resolves at the agent's first answer. No id may begin with another one: runsc
   * takes ids cut short.
   */
  async start(index: number, id: string): Promise<void> {
    await this.#begin(index, id, ['run']);
  }

  /** Saves one into a new folder, which `restore` reads, and ends it unless it is to go on. */
  async checkpoint(id: string, folder: string, options: { leaveRunning: boolean }): Promise<void> {
    const path = join(this.#folder, folder);
    mkdirSync(path);
    const rest = options.leaveRunning ? ['--leave-running'] : [];
    const flags = this.#flags(join(this.#folder, id));
    await run(this.#runsc, [
      ...flags,
      'checkpoint',
      '--compression=none',
      `--image-path=${path}`,
      ...rest,
      id,
    ]);
  }

  /** Starts one from what `checkpoint` wrote, its pages loading in the background, and resolves at its first answer. */
  async restore(index: number, id: string, folder: string): Promise<void> {
    const path = join(this.#folder, folder);
    await this.#begin(index, id, ['restore', '--background', `--image-path=${path}`]);
  }

  /** Brings what `checkpoint` wrote to the disk. */
  async syncCheckpoint(folder: string): Promise<void> {
    const path = join(this.#folder, folder);
    await run(
      'sync',
      readdirSync(path).map((name) => join(path, name)),
    );
  }

  removeCheckpoint(folder: string): void {
    rmSync(join(this.#folder, folder), { recursive: true, force: true });
  }

  /** Has the agent of a raw sandbox start a script and waits until it has printed something. */
  async startScript(index: number, script: string): Promise<void> {
    await startScript(this.#slots[index]!.address, script);
  }

  /** Resolves when a server in a raw sandbox answers. */
  async waitFor(index: number, port: number): Promise<void> {
    await firstAnswer(this.#slots[index]!.address, port);
  }

  async #begin(index: number, id: string, command: string[]): Promise<void> {
    const slot = this.#slots[index]!;
    const bundle = join(this.#folder, id);
    for (const name of ['root', 'upper']) mkdirSync(join(bundle, name), { recursive: true });
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(this.#config(slot.namespace, bundle)));
    const batch = [
      `link set lo up`,
      `addr replace ${slot.address}/30 dev eth0`,
      'link set eth0 up',
      `route replace default via ${slot.gateway}`,
    ];
    await runIp(slot.namespace, batch);
    this.#running.add(id);
    await runDetached(this.#runsc, [...this.#flags(bundle), ...command, '--detach', '--bundle', bundle, id]);
    await firstAnswer(slot.address, agentPort);
  }

  async stop(id: string): Promise<void> {
    const bundle = join(this.#folder, id);
    await run(this.#runsc, [...this.#flags(bundle), 'delete', '--force', id]);
    this.#running.delete(id);
    rmSync(bundle, { recursive: true, force: true });
  }

  /** Ends what still runs and removes all that was made. */
  async close(): Promise<void> {
    for (const id of this.#running) await this.stop(id);
    for (const slot of this.#slots) execFileSync('ip', ['netns', 'del', slot.namespace]);
    execFileSync('ip', ['route', 'del', 'unreachable', this.#range]);
    unmountBelow(this.#folder);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #flags(bundle: string): string[] {
    return [
      `--root=${join(this.#folder, 'state')}`,
      '--platform=systrap',
      '--network=sandbox',
      '--ignore-cgroups',
      // A copy has folders of its own.
      '--restore-spec-validation=warning',
      `--overlay2=root:dir=${join(bundle, 'upper')}`,
    ];
  }

  #config(namespace: string, bundle: string): object {
    return {
      ociVersion: '1.0.0',
      process: {
        user: { uid: 0, gid: 0 },
        args: ['/.nullspace/agent'],
        env: ['PATH=/usr/bin:/bin', 'NULLSPACE_AGENT_TOKEN=raw', 'NULLSPACE_AGENT_LISTEN=:49983'],
        cwd: '/',
      },
      root: { path: join(bundle, 'root'), readonly: false },
      hostname: 'raw',
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        {
          destination: '/.nullspace',
          type: 'bind',
          source: dirname(this.#artifacts.agent),
          options: ['rbind', 'ro'],
        },
      ],
      annotations: {
        'dev.gvisor.spec.rootfs.source': this.#artifacts.baseImage,
        'dev.gvisor.spec.rootfs.type': 'erofs',
        'dev.gvisor.spec.rootfs.overlay': `dir=${join(bundle, 'upper')}`,
        'dev.gvisor.spec.rootfs.options': 'size=8192m',
      },
      linux: {
        namespaces: [
          { type: 'pid' },
          { type: 'mount' },
          { type: 'ipc' },
          { type: 'uts' },
          { type: 'network', path: `/run/netns/${namespace}` },
        ],
        resources: {
          memory: { limit: this.#memoryMb * 1024 * 1024 },
          cpu: { quota: 200_000, period: 100_000 },
        },
      },
    };
  }
}

const agentPort = 49983;

/** runsc keeps an empty network namespace mounted among its state, more than once when it was started twice at once. */
function unmountBelow(folder: string): void {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) execFileSync('umount', [point]);
}

/** Resolves when the command ends; what it started keeps its standard streams, so they must be no pipes of ours. */
function runDetached(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (status) =>
      status === 0 ? resolve() : reject(new Error(`${command} failed with status ${status}`)),
    );
  });
}

function runIp(namespace: string, lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('ip', ['-n', namespace, '-batch', '-'], (error) =>
      error ? reject(error) : resolve(),
    );
    child.stdin!.end(`${lines.join('\n')}\n`);
  });
}

/** Asks again and again until anything is answered over HTTP. */
export async function firstAnswer(address: string, port: number): Promise<void> {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const answered = await new Promise<boolean>((resolve) => {
      const call = request({ host: address, port, method: 'GET', path: '/', timeout: 1000 }, (response) => {
        response.resume();
        resolve(true);
      });
      call.on('error', () => resolve(false));
      call.on('timeout', () => call.destroy());
      call.end();
    });
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`nothing answered at ${address}:${port}`);
}

/** Starts a script by the agent's own protocol, with the token of `#config`, and waits for its first output. */
async function startScript(address: string, script: string): Promise<void> {
  const call = async (method: string, body: object) => {
    const response = await fetch(`http://${address}:49983/nullspace.guest.v1.GuestService/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer raw' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} failed: ${await response.text()}`);
    return (await response.json()) as { pid?: number; stdout?: string };
  };
  const { pid } = await call('Start', { command: { command: script, shell: true } });
  const end = performance.now() + 120_000;
  while (performance.now() < end) {
    if ((await call('ReadOutput', { pid })).stdout) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${script} printed nothing`);
}
