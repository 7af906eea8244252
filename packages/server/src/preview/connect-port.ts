import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from '../api-error.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';

/** How long a guest may take to accept a connection. */
const CONNECT_MS = 10_000;
/** Name of the agent's tunnel in the Upgrade header. */
const TUNNEL = 'nullspace-dial';

/**
 * Opens a connection to a port of a guest: straight to the guest's address, or, for a service that listens on the
 * guest's own loopback only, through its agent.
 *
 * @throws {ApiError} `preview_unreachable`.
 */
export async function connectPort(live: LiveInstance, port: number): Promise<Duplex> {
  const { hostname } = new URL(`http://${live.instance.agentAddress}`);
  const direct = await openDirect(hostname, port).catch(() => undefined);
  if (direct) return direct;
  return await openThroughAgent(live, port);
}

function openDirect(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const late = setTimeout(() => fail(new Error('no answer in time')), CONNECT_MS);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(late);
      socket.off('error', fail);
      resolve(socket);
    });
    socket.once('close', () => clearTimeout(late));
  });
}

/**
 * Opens a connection to a port of the guest's own loopback.
 *
 * @throws {ApiError} `preview_unreachable`.
 */
export function openThroughAgent(live: LiveInstance, port: number): Promise<Duplex> {
  const { agentAddress, agentToken } = live.instance;
  const { hostname, port: agentPort } = new URL(`http://${agentAddress}`);
  const unreachable = (cause?: unknown) =>
    new ApiError(
      'preview_unreachable',
      { port, sandbox_id: live.sandboxId },
      { details: { sandbox_id: live.sandboxId, port }, cause },
    );
  return new Promise((resolve, reject) => {
    const opening = request({
      host: hostname,
      port: agentPort,
      path: `/dial?port=${port}`,
      headers: { authorization: `Bearer ${agentToken}`, connection: 'Upgrade', upgrade: TUNNEL },
      agent: false,
      timeout: CONNECT_MS,
    });
    opening.on('upgrade', (_answer, socket, head) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    opening.on('response', (answer) => {
      answer.destroy();
      reject(unreachable());
    });
    opening.on('timeout', () => opening.destroy(new Error('no answer in time')));
    opening.on('error', (error) => reject(unreachable(error)));
    opening.end();
  });
}
