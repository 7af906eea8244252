import type { Client } from '../client/client.ts';
import { sleep } from '../client/sleep.ts';
import { RateLimitError } from '../errors/limits.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import { EventFeed } from './feed.ts';
import { readEvent } from './read-event.ts';
import type { LifecycleEvent, LifecycleOperation, LifecycleStatus } from './types.ts';

/** Which events a stream gives, and where it begins. */
export interface StreamEventsOptions {
  operation?: LifecycleOperation;
  status?: LifecycleStatus;
  snapshotId?: string;
  /** Events whose metadata has all of these pairs. */
  metadata?: Record<string, unknown>;
  /** Nothing from before the stream began. @default false: up to `replayLimit` of the latest come first */
  liveOnly?: boolean;
  /** Begin after this event, without a gap. */
  afterEventId?: string;
  /** Most events from before the stream began. @default 100 */
  replayLimit?: number;
  /** Ends the stream with the signal's reason. */
  signal?: AbortSignal;
}

const firstPauseMs = 250;
const longestPauseMs = 5000;
/** A connection can die without a word, so after this silence it is made anew. */
const silenceMs = 60_000;
/** Openings that may fail before the first one worked. */
const firstAttempts = 3;

/**
 * Events as they happen, oldest first. A lost connection is made again, for as long as it takes, and the stream goes
 * on after the event that was given last.
 *
 * @param paths Of the stream, and of the list of the same events, which is asked why a connection fails.
 */
export async function* streamEvents(
  client: Client,
  paths: { stream: string; list: string },
  options: StreamEventsOptions & { sandboxId?: string },
): AsyncGenerator<LifecycleEvent, void, void> {
  const { signal } = options;
  let cursor = options.afterEventId;
  let opened = false;
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    let feed: EventFeed | undefined;
    let quiet = false;
    try {
      feed = await EventFeed.open(client, paths.stream, subscription(options, cursor), signal);
      opened = true;
      for (;;) {
        const event = await feed.next(cursor === undefined ? longestTimerMs : silenceMs, signal);
        if (!event) {
          quiet = !feed.isOver;
          break;
        }
        failures = 0;
        if (event.id === cursor) continue;
        cursor = event.id;
        yield readEvent(event);
      }
    } catch (error) {
      if (signal?.aborted || !isPassing(error)) throw error;
      await askWhy(client, paths.list, signal);
      if (!opened && failures + 1 >= firstAttempts) throw error;
    } finally {
      feed?.close();
    }
    if (quiet) continue;
    await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** failures), signal);
    failures = Math.min(failures + 1, 10);
  }
}

/** As far as a timer reaches. */
const longestTimerMs = 2 ** 31 - 1;

function subscription(options: StreamEventsOptions & { sandboxId?: string }, cursor: string | undefined) {
  return {
    operation: options.operation,
    status: options.status,
    sandbox_id: options.sandboxId,
    snapshot_id: options.snapshotId,
    metadata: options.metadata,
    live_only: cursor === undefined && (options.liveOnly ?? false),
    after_event_id: cursor,
    replay_limit: options.replayLimit ?? 100,
  };
}

/** The platform hides why a WebSocket was refused; the list of the same events says it. */
async function askWhy(client: Client, list: string, signal?: AbortSignal): Promise<void> {
  try {
    await client.send('GET', `${list}?limit=1`, { signal });
  } catch (error) {
    if (signal?.aborted || !isPassing(error)) throw error;
  }
}

/** Codes of error frames after which the stream can be opened again. */
const passingFrames = new Set(['internal_error', 'database_unavailable', 'host_unavailable']);

/** Whether the connection may work a moment later. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof SandboxError)) return false;
  if (passingFrames.has(String(error.details?.code))) return true;
  if (error instanceof RateLimitError || error.code === 'timeout' || error.code === 'transport_error')
    return true;
  return error.status !== undefined && error.status >= 500 && error.code !== 'not_implemented';
}
