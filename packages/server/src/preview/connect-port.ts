import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from '../api-error.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { openTunnel } from './open-tunnel.ts';

/** How long a guest may take to accept a connection. */
const CONNECT_MS = 10_000;

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
export async function openThroughAgent(live: LiveInstance, port: number): Promise<Duplex> {
  const query = { port: String(port) };
  try {
    return (await openTunnel(live, { name: 'nullspace-dial', path: '/dial', query })).socket;
  } catch (cause) {
    const about = { port, sandbox_id: live.sandboxId };
    throw new ApiError('preview_unreachable', about, { details: about, cause });
  }
}
