import type { ListSandboxesQuery } from '@nullspace/contract';
import { Client } from '../client/client.ts';
import { type Page, Paginator } from '../client/paginator.ts';
import { fieldsParameter, queryString } from '../client/query.ts';
import type { FieldNames, ListOptions } from './list-options.ts';

interface WirePage {
  items: unknown[];
  next_token?: string | null;
  has_next?: boolean;
}

/** Fetches the first page; `read` makes an entry of what the server sent. */
export async function listSandboxes<T>(
  options: ListOptions & { fields?: FieldNames },
  read: (item: unknown) => T,
): Promise<Paginator<T>> {
  const client = new Client(options);
  const parameters = listParameters(options);
  const fetch = async (token: string | undefined): Promise<Page<T>> => {
    const path = `/v1/sandboxes${queryString({ ...parameters, next_token: token })}`;
    const answer = await client.json<WirePage | unknown[]>('GET', path, { signal: options.signal });
    if (Array.isArray(answer)) return { items: answer.map(read), nextToken: undefined };
    return {
      items: answer.items.map(read),
      nextToken: answer.has_next ? answer.next_token || undefined : undefined,
    };
  };
  return new Paginator(await fetch(options.nextToken), fetch);
}

function listParameters(options: ListOptions & { fields?: FieldNames }) {
  const state = options.query?.state ?? options.state;
  const metadata = options.query?.metadata ?? options.metadata;
  return {
    state: state === undefined ? undefined : [state].flat().join(',') || undefined,
    template: options.query?.template ?? options.template,
    metadata: metadata && Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : undefined,
    limit: options.limit,
    fields: fieldsParameter(options.fields),
  } satisfies Omit<{ [name in keyof ListSandboxesQuery]?: unknown }, 'next_token'>;
}
