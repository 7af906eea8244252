import type { LifecyclePage } from '@nullspace/contract';
import type { Client } from '../client/client.ts';
import type { CallOptions } from '../client/options.ts';
import { type Page, Paginator } from '../client/paginator.ts';
import { queryString } from '../client/query.ts';
import { readEvent } from './read-event.ts';
import type { LifecycleEvent, LifecycleOperation, LifecycleStatus } from './types.ts';

/** Which events a list holds, and in which order. */
export interface ListEventsOptions extends CallOptions {
  /** Only this one. @default all but `network_updated` */
  operation?: LifecycleOperation;
  status?: LifecycleStatus;
  /** Not before this moment. */
  from?: Date | string;
  /** Before this moment. */
  to?: Date | string;
  /** `desc`: newest first. @default 'desc' */
  order?: 'asc' | 'desc';
  /** Events a page. @default 50 */
  limit?: number;
  /** Events to leave out at the beginning. @default 0 */
  offset?: number;
}

/** Filters of the account's events; those of one sandbox or snapshot have none of these. */
export interface EventScope {
  sandboxId?: string;
  snapshotId?: string;
  /** The paused sandbox of a resume, or the source of a fork. */
  sourceSandboxId?: string;
  /** The sandbox that a resume or a fork made. */
  targetSandboxId?: string;
}

/** Fetches the first page of the events under a path. */
export async function listEvents(
  client: Client,
  path: string,
  options: ListEventsOptions & EventScope,
): Promise<Paginator<LifecycleEvent>> {
  const { signal, requestTimeoutMs, offset = 0 } = options;
  const parameters = {
    operation: options.operation,
    status: options.status,
    from: moment(options.from),
    to: moment(options.to),
    order: options.order ?? 'desc',
    limit: options.limit ?? 50,
    sandbox_id: options.sandboxId,
    snapshot_id: options.snapshotId,
    source_sandbox_id: options.sourceSandboxId,
    target_sandbox_id: options.targetSandboxId,
  };
  const fetch = async (token: string): Promise<Page<LifecycleEvent>> => {
    const query = queryString({ ...parameters, offset: token });
    const page = await client.json<LifecyclePage>('GET', path + query, { signal, requestTimeoutMs });
    const next = page.has_more ? String(Number(token) + page.events.length) : undefined;
    return { items: page.events.map(readEvent), nextToken: page.events.length > 0 ? next : undefined };
  };
  return new Paginator(await fetch(String(offset)), fetch);
}

function moment(value: Date | string | undefined): string | undefined {
  return value instanceof Date ? value.toISOString() : value;
}
