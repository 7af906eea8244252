import { setTimeout as sleep } from 'node:timers/promises';
import { host } from '@nullspace/proto';
import { createHostClient } from './host-client.ts';

/**
 * Kills every sandbox that runs on the host behind this socket, leaves paused ones alone, and gives the server the time to record their ends.
 *
 * @param options.recordMs How long to wait for that; 0 when no server runs.
 * @returns How many there were.
 */
export async function killSandboxes(hostSocket: string, options: { recordMs: number }): Promise<number> {
  const client = createHostClient(hostSocket);
  const list = async () => (await client.listInstances({}, { timeoutMs: 30_000 })).instances;
  const isLive = ({ state }: host.Instance) => state === host.State.CREATING || state === host.State.RUNNING;

  const live = (await list()).filter(isLive);
  const waiting = [...live];
  const killNext = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      await client.killInstance({ sandboxId: next.sandboxId, reason: 'manual' }, { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: 8 }, killNext));

  // The host forgets an ended instance when the server has recorded its end.
  const deadline = performance.now() + options.recordMs;
  const isKept = ({ state }: host.Instance) => state === host.State.PAUSED;
  while (performance.now() < deadline && !(await list()).every(isKept)) await sleep(50);
  return live.length;
}
