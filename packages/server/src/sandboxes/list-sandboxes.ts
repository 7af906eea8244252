import { type SandboxStatus, sandboxFields } from '@nullspace/contract';
import { invalidField } from '../api-error.ts';
import type { Context } from '../context.ts';
import { decodeCursor, encodeCursor } from '../store/cursor.ts';
import type { JsonValue } from '../store/records.ts';
import { isPastDeadline } from './ended.ts';
import { presentSandbox } from './present-sandbox.ts';
import { project, readFields } from './project-fields.ts';

export interface ListQuery {
  state?: string | undefined;
  template?: string | undefined;
  metadata?: string | undefined;
  limit: number;
  next_token?: string | undefined;
  fields?: string | undefined;
}

/** One page of a tenant's sandboxes, newest first. */
export async function listSandboxes({ store }: Context, tenantId: string, query: ListQuery) {
  const fields = readFields(query.fields, sandboxFields);
  const page = await store.listSandboxes({
    tenantId,
    limit: query.limit,
    ...(query.state ? { statuses: [...new Set(query.state.split(','))] as SandboxStatus[] } : {}),
    ...(query.template === undefined ? {} : { template: query.template }),
    ...(query.metadata === undefined ? {} : { metadata: readMetadataFilter(query.metadata) }),
    ...(query.next_token ? { after: readCursor(query.next_token) } : {}),
  });
  const now = Date.now();
  // A sandbox past its deadline is gone for GET, so it is gone here.
  const items = page.items.filter((sandbox) => !isPastDeadline(sandbox, now)).map(presentSandbox);
  return {
    items: fields ? items.map((item) => project(item, fields)) : items,
    next_token: page.next ? encodeCursor(page.next) : null,
    has_next: page.next !== undefined,
  };
}

/** The place that a page's token names. */
export function readCursor(token: string) {
  const cursor = decodeCursor(token);
  if (!cursor) throw invalidField('next_token', 'is not a token of a previous page');
  return cursor;
}

/** The pairs of a filter by metadata. */
export function readMetadataFilter(text: string): Record<string, JsonValue> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidField('metadata', 'must be a JSON object', { cause: error });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalidField('metadata', 'must be a JSON object');
  }
  return value as Record<string, JsonValue>;
}
