import { Client } from '../client/client.ts';
import type { ClientOptions } from '../client/options.ts';
import type { Paginator } from '../client/paginator.ts';
import { type EventScope, type ListEventsOptions, listEvents } from './list.ts';
import { type StreamEventsOptions, streamEvents } from './stream.ts';
import type { LifecycleEvent } from './types.ts';

const listPath = '/v1/lifecycle/events';
const streamPath = '/v1/lifecycle/ws';

/** What happened to the sandboxes and snapshots of the account. `Webhook` has the same events sent to you. */
export class Lifecycle {
  private constructor() {}

  /** Events that were, newest first unless `order` says otherwise. */
  static list(
    options: ListEventsOptions & EventScope & ClientOptions = {},
  ): Promise<Paginator<LifecycleEvent>> {
    return listEvents(new Client(options), listPath, options);
  }

  /**
   * Events as they happen, oldest first, without gaps also over broken connections. Leaving the loop ends the stream.
   * @throws AuthError without a valid key; SandboxError `websocket_error` when the server refuses the filters.
   */
  static stream(
    options: StreamEventsOptions & { sandboxId?: string } & ClientOptions = {},
  ): AsyncGenerator<LifecycleEvent, void, void> {
    return streamEvents(new Client(options), { stream: streamPath, list: listPath }, options);
  }
}
