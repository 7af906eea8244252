import { limits, type SubscribeFrame } from '@nullspace/contract';
import { canonicalJson } from '../../store/canonical-json.ts';
import type { LifecycleEvent } from '../../store/events/event.ts';
import type { EventFilter } from '../../store/events/read-events.ts';
import type { JsonValue } from '../../store/records.ts';

/** What a client of an event stream wants. */
export interface Subscription {
  filter: EventFilter;
  /** Whether an event has the labels that the client asked for. */
  fits(event: LifecycleEvent): boolean;
  liveOnly: boolean;
  afterEventId: string | undefined;
  replayLimit: number;
  /** The filters as they are told to the client. */
  echo: Record<string, unknown>;
}

/** Reads the frame of a client. `sandboxId` is the sandbox of a path that names one. */
export function readSubscription(
  frame: SubscribeFrame,
  { tenantId, sandboxId }: { tenantId: string; sandboxId: string | undefined },
): Subscription {
  const { type: _, ...filters } = frame;
  const given = Object.entries({ ...filters, ...(sandboxId === undefined ? {} : { sandbox_id: sandboxId }) });
  const pairs = Object.entries((frame.metadata ?? {}) as Record<string, JsonValue>).map(
    ([name, value]) => [name, canonicalJson(value)] as const,
  );
  return {
    filter: {
      tenantId,
      operation: frame.operation ?? undefined,
      status: frame.status ?? undefined,
      sandboxId: frame.sandbox_id ?? undefined,
      snapshotId: frame.snapshot_id ?? undefined,
      anySandboxId: sandboxId,
    },
    fits: ({ metadata }) =>
      pairs.every(
        ([name, value]) => Object.hasOwn(metadata, name) && canonicalJson(metadata[name]!) === value,
      ),
    liveOnly: frame.live_only ?? false,
    afterEventId: frame.after_event_id ?? undefined,
    replayLimit: frame.replay_limit ?? limits.replay_limit_default,
    echo: Object.fromEntries(given.filter(([, value]) => value != null)),
  };
}
