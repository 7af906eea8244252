import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PortReadiness } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { connectPort } from './connect-port.ts';
import { GuestAgent } from './guest-agent.ts';

/** The answer comes this much before the caller's patience ends: its reader may have just that. */
const AHEAD_MS = 1000;
/** How long one answer of a service may take. */
const ATTEMPT_MS = 5000;

interface Wish {
  port: number;
  kind: 'tcp' | 'http';
  path?: string | undefined;
  timeoutMs: number;
  intervalMs: number;
}

interface Attempt {
  routeReady: boolean;
  serviceReady: boolean;
  code?: string;
  error?: string;
  next?: string;
}

/** Asks a port again and again until it answers, the time is over, or the caller is gone. */
export async function waitForPort(
  context: Context,
  address: SandboxAddress,
  wish: Wish,
  signal: AbortSignal,
): Promise<PortReadiness> {
  const began = performance.now();
  const patience = Math.max(wish.timeoutMs - AHEAD_MS, wish.timeoutMs / 2);
  const sandbox = await context.finder.read(address);
  let attempts = 0;
  let attempt: Attempt;
  for (;;) {
    attempts += 1;
    attempt = await tryOnce(context, address, wish);
    const left = patience - (performance.now() - began);
    if ((attempt.routeReady && attempt.serviceReady) || left <= 0 || signal.aborted) break;
    await sleep(Math.min(wish.intervalMs, left), undefined, { signal }).catch(() => undefined);
  }
  const { routeReady, serviceReady, code, error, next } = attempt;
  return {
    ready: routeReady && serviceReady,
    route_ready: routeReady,
    service_ready: serviceReady,
    sandbox_id: sandbox.id,
    port: wish.port,
    kind: wish.kind,
    checked_at: new Date().toISOString(),
    elapsed_ms: Math.round(performance.now() - began),
    attempts,
    ...(wish.kind === 'http' ? { path: wish.path ?? '/' } : {}),
    ...(code === undefined ? {} : { code }),
    ...(error === undefined ? {} : { error }),
    ...(next === undefined ? {} : { suggested_action: next }),
  };
}

async function tryOnce(context: Context, address: SandboxAddress, wish: Wish): Promise<Attempt> {
  let live: LiveInstance;
  try {
    live = await context.finder.findLive(address);
  } catch (error) {
    // One that has ended will not answer any more.
    if (!(error instanceof ApiError) || error.code === 'sandbox_not_found') throw error;
    return { routeReady: false, serviceReady: false, code: error.code, error: error.message };
  }
  try {
    const problem = wish.kind === 'tcp' ? await openOnce(live, wish.port) : await askOnce(live, wish);
    return { routeReady: true, serviceReady: problem === undefined, ...problem };
  } catch (error) {
    const message = error instanceof ApiError ? error.message : `Port ${wish.port} did not answer in time`;
    return {
      routeReady: true,
      serviceReady: false,
      code: error instanceof ApiError ? 'connection_refused' : 'no_answer',
      error: message,
      next: 'Start the service inside the sandbox, or give it more time with timeout_secs.',
    };
  }
}

async function openOnce(live: LiveInstance, port: number): Promise<undefined> {
  const socket = await connectPort(live, port);
  socket.destroy();
}

/** Any answer below 500 is one of a service that works. */
async function askOnce(
  live: LiveInstance,
  { port, path = '/' }: Wish,
): Promise<Partial<Attempt> | undefined> {
  const agent = new GuestAgent(live, port);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const asking = request({ agent, host: 'localhost', port, path, timeout: ATTEMPT_MS });
      asking.on('response', (answer) => {
        answer.destroy();
        resolve(answer.statusCode ?? 0);
      });
      asking.on('timeout', () => asking.destroy(new Error('no answer in time')));
      asking.on('error', reject);
      asking.end();
    });
    if (status < 500) return undefined;
    return { code: 'http_status', error: `Port ${port} answered with status ${status}` };
  } finally {
    agent.destroy();
  }
}
