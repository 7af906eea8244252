import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { LiveInstance } from '../fleet/live-instance.ts';

/** How long an agent may take to open one. */
const OPEN_MS = 10_000;

/** Names of the agent's tunnels in the Upgrade header. */
export type TunnelName = 'nullspace-dial' | 'nullspace-listen';

/**
 * Opens a tunnel to the agent of a guest.
 *
 * @throws {Error} It was refused, or did not open in time.
 */
export function openTunnel(
  live: LiveInstance,
  { name, path, query }: { name: TunnelName; path: string; query: Record<string, string> },
): Promise<{ socket: Socket; answer: IncomingMessage }> {
  const { agentAddress, agentToken } = live.instance;
  const { hostname, port } = new URL(`http://${agentAddress}`);
  return new Promise((resolve, reject) => {
    const opening = request({
      host: hostname,
      port,
      path: `${path}?${new URLSearchParams(query)}`,
      headers: { authorization: `Bearer ${agentToken}`, connection: 'Upgrade', upgrade: name },
      agent: false,
      timeout: OPEN_MS,
    });
    opening.on('upgrade', (answer, socket: Socket, head) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve({ socket, answer });
    });
    opening.on('response', (answer) => {
      answer.destroy();
      reject(new Error(`the agent refused a tunnel with status ${answer.statusCode}`));
    });
    opening.on('timeout', () => opening.destroy(new Error('no answer in time')));
    opening.on('error', reject);
    opening.end();
  });
}
