import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openOutside } from '../../packages/runtime/test/fixtures/outside.ts';

const script = join(import.meta.dirname, 'traffic-servers.ts');

/** A world outside that takes and sends bytes as fast as it is let. Nothing leaves the machine. */
export interface TrafficWorld {
  address: string;
  /** For the setting `nameservers`: every name is at `address`. */
  nameserver: string;
  /** Of TCP: takes bytes, sends bytes; `udp` sends "echo…" back and pours when told "pour". HTTP on 80 pours. */
  ports: { sink: number; source: number; udp: number };
  /** Mbit/s that arrive there in a stretch of time, headers included. */
  arriving(seconds: number): Promise<number>;
  close(): Promise<void>;
}

export async function openTrafficWorld(): Promise<TrafficWorld> {
  const outside = await openOutside();
  const address = outside.addresses.public;
  const words = ['netns', 'exec', outside.namespace, process.execPath, script, address];
  const child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => JSON.parse((await lines.next()).value ?? 'null');
  const ports = (await read()) as TrafficWorld['ports'] | null;
  if (!ports) throw new Error('the servers of the traffic world did not start');
  const ask = async () => {
    child.stdin.write('?\n');
    return (await read()) as { arrived: number; at: number };
  };
  return {
    address,
    nameserver: outside.outsideAddress,
    ports,
    async arriving(seconds) {
      const from = await ask();
      await sleep(seconds * 1000);
      const to = await ask();
      return ((to.arrived - from.arrived) * 8) / (to.at - from.at) / 1000;
    },
    async close() {
      child.stdin.end();
      await exited;
      await outside.close();
    },
  };
}
