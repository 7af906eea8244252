import { sleep } from '../client/sleep.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { type Connection, type ConnectionEvents, openConnection } from '../websocket/connection.ts';

const pausesMs = [250, 500];

/**
 * Opens the exec channel of a sandbox. The platform's WebSocket hides why an upgrade failed, so the sandbox's own
 * route is asked: its error, if any, is the one thrown. Otherwise the opening is tried two more times.
 */
export async function openExecChannel(
  scope: SandboxScope,
  events: ConnectionEvents,
  signal?: AbortSignal,
): Promise<Connection> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await openConnection(scope.client, `${scope.path}/ws?channel=exec`, events, signal);
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code !== 'transport_error') throw error;
      await scope.client.json('GET', `${scope.path}?fields=id`, { signal });
      const pause = pausesMs[attempt];
      if (pause === undefined) throw error;
      await sleep(pause, signal);
    }
  }
}
