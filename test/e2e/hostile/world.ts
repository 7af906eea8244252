import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Sandbox } from 'nullspace';
import { openOutside } from '../../../packages/runtime/test/fixtures/outside.ts';
import { startInstallation } from '../../harness/installation.ts';
import { addressOfGuest } from '../../harness/leftovers.ts';
import { openWitness } from '../../harness/packet-witness.ts';

const program = (name: string) => join(import.meta.dirname, name);

/** Port on which the victim answers "heard". */
export const HEARING_PORT = 7000;

/** Addresses that are not public, one of each range, behind which a server answers whoever gets there. */
const closed = {
  // A machine of a cloud may have a way to its own there, which is left alone.
  metadata: command('ip', ['route', 'show', 'exact', '169.254.169.254'])
    ? '169.254.170.2'
    : '169.254.169.254',
  tens: `10.66.77.${randomInt(1, 255)}`,
  firstOf172: `172.16.250.${randomInt(1, 255)}`,
  ofHomes: `192.168.250.${randomInt(1, 255)}`,
  carrier: `100.64.250.${randomInt(1, 255)}`,
  benchmarking: `198.18.250.${randomInt(1, 255)}`,
  documentation: `203.0.113.${randomInt(1, 255)}`,
};

export interface Attempt {
  kind: 'tcp' | 'udp' | 'icmp' | 'raw' | 'packet';
  target: string;
  port?: number;
  /** Seconds: many for what must be reached, few for what must not. */
  patience?: number;
}

/** An inmate as the host sees it. */
export interface Inmate {
  sandbox: Sandbox;
  address: string;
  gateway: string;
  /** Interface of the host, and namespace, of its slot. */
  device: string;
  witness: ReturnType<typeof openWitness>;
}

/**
 * An installation that listens on every address of the machine, an attacker and a victim in sandboxes, and a world outside whose
 * servers stand in a network namespace. Whoever watches writes packets down on the host and outside.
 */
export async function openWorld(context: { after(hook: () => Promise<void>): void }) {
  const installation = await startInstallation(context, {
    settings: { listen_address: '0.0.0.0', preview_address: '0.0.0.0' },
  });
  const other = `45.67.90.${randomInt(1, 255)}`;
  const outside = await openOutside([other, ...Object.values(closed)]);
  context.after(() => outside.close());
  const outsideWitness = openWitness(context, { device: 'eth0', namespace: outside.namespace });

  async function admit(network?: { allowOut?: string[]; denyOut?: string[] }): Promise<Inmate> {
    const sandbox = await Sandbox.create({
      ...installation.connection,
      timeout: 1800,
      ...(network ? { network } : {}),
    });
    context.after(() => sandbox.kill().catch(() => undefined));
    const address = addressOfGuest(installation, sandbox.id);
    const device = / dev (\S+) /.exec(command('ip', ['route', 'get', address]))![1]!;
    for (const name of ['probe-network.py', 'scan-ports.py', 'hear.py'])
      await sandbox.files.write(`/srv/${name}`, readFileSync(program(name)));
    const witness = openWitness(context, { device });
    return { sandbox, address, gateway: neighbourOf(address, -1), device, witness };
  }

  const victim = await admit();
  await victim.sandbox.commands.run('python3', {
    args: ['/srv/hear.py', String(HEARING_PORT), '/srv/heard'],
    background: true,
  });
  await victim.sandbox.previews.waitFor(HEARING_PORT);
  // Who looked whether it listens, its own agent as well, is not of interest.
  await victim.sandbox.files.write('/srv/heard', '');
  return {
    installation,
    outside: {
      ...outside,
      closed: { ...closed, private: outside.addresses.private, linkLocal: outside.addresses.linkLocal },
      reached: outside.addresses.public,
      /** Public as well. */
      other,
      witness: outsideWitness,
    },
    victim,
    admit,
    /** Who got through to the victim, but for the host, which looked whether it listens. */
    async heard(): Promise<string[]> {
      const lines = String(await victim.sandbox.files.read('/srv/heard')).split('\n');
      return lines.filter((line) => line !== '' && !line.endsWith(` ${victim.gateway}`));
    },
    /** Addresses of the machine, other than its loopback's and those that it has in slots of other sandboxes. */
    ownAddresses: (): string[] =>
      Object.entries(networkInterfaces())
        .filter(([name]) => !/^(ns|out|st|se)-/.test(name))
        .flatMap(([, all]) => all ?? [])
        .filter((each) => each.family === 'IPv4' && !each.internal)
        .map((each) => each.address),
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** Tries all of it from inside and says for each attempt what came of it. */
export async function attempt({ sandbox }: Inmate, attempts: Attempt[]): Promise<string[]> {
  await sandbox.files.write('/srv/attempts', JSON.stringify(attempts));
  const { stdout, stderr, exitCode } = await sandbox.commands.run(
    'python3 /srv/probe-network.py < /srv/attempts',
    { shell: true, timeoutSecs: 280 },
  );
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout) as string[];
}

/** Sends frames from the namespace of an inmate, as one that had overtaken its engine. Returns what ARP told it. */
export function forge({ device }: Inmate, frames: ({ kind: string } & Record<string, unknown>)[]): string[] {
  const inside = ['netns', 'exec', device];
  const link = JSON.parse(command('ip', ['-netns', device, '-json', 'link', 'show', 'eth0'])) as {
    address: string;
  }[];
  const to = readFileSync(`/sys/class/net/${device}/address`, 'utf8').trim();
  const order = JSON.stringify({ from: link[0]!.address, to, frames });
  return JSON.parse(command('ip', [...inside, 'python3', program('forge-frames.py')], order)) as string[];
}

export function command(name: string, args: string[], input = ''): string {
  return execFileSync(name, args, { encoding: 'utf8', input });
}

/** The address that lies some places after another one. */
export function neighbourOf(address: string, places: number): string {
  return address.replace(/\d+$/, (last) => String(Number(last) + places));
}
