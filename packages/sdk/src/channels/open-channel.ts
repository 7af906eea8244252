import { sleep } from '../client/sleep.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { type Connection, type ConnectionEvents, openConnection } from '../websocket/connection.ts';

const pausesMs = [250, 500];

/** What a WebSocket of a sandbox is for. */
export type Channel = 'exec' | 'pty' | 'watch' | 'tunnel';

/**
 * Opens a channel of a sandbox. The platform's WebSocket hides why an upgrade failed, so the sandbox's own
 * route is asked: its error, if any, is the one thrown. Otherwise the opening is tried two more times.
 */
export async function openChannel(
  scope: SandboxScope,
  channel: Channel,
  events: ConnectionEvents,
  signal?: AbortSignal,
): Promise<Connection> {
  const path = channel === 'watch' ? `${scope.path}/ws` : `${scope.path}/ws?channel=${channel}`;
  for (let attempt = 0; ; attempt++) {
    try {
      return await openConnection(scope.client, path, events, signal);
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code !== 'transport_error') throw error;
      await scope.client.json('GET', `${scope.path}?fields=id`, { signal });
      const pause = pausesMs[attempt];
      if (pause === undefined) throw error;
      await sleep(pause, signal);
    }
  }
}
