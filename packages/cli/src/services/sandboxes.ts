import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { host } from '@nullspace/proto';

/** Kills every sandbox of the host behind this socket. Resolves with how many there were. */
export async function killSandboxes(hostSocket: string): Promise<number> {
  const transport = createConnectTransport({
    httpVersion: '1.1',
    baseUrl: 'http://host',
    nodeOptions: { socketPath: hostSocket },
  });
  const client = createClient(host.HostService, transport);
  const { instances } = await client.listInstances({}, { timeoutMs: 30_000 });
  const live = instances.filter(({ state }) => state === host.State.CREATING || state === host.State.RUNNING);
  const waiting = [...live];
  const killNext = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      await client.killInstance({ sandboxId: next.sandboxId, reason: 'manual' }, { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: 8 }, killNext));
  return live.length;
}
