import type { Client } from '../client/client.ts';

/** A sandbox as its parts see it: where to send calls about it. */
export interface SandboxScope {
  client: Client;
  id: string;
  /** `/v1/sandboxes/{id}` */
  path: string;
  /** Spares the server a look-up when the handle comes from create. */
  dispatchHeaders: Record<string, string> | undefined;
}
