import type { MetricsSample, SetTimeoutRequest, SandboxInfo as WireInfo } from '@nullspace/contract';
import type { Client } from '../client/client.ts';
import type { CallOptions } from '../client/options.ts';
import { fieldsParameter, queryString } from '../client/query.ts';
import { sandboxPath } from './create.ts';
import { milliseconds } from './create-body.ts';
import type { FieldNames } from './list-options.ts';
import { readMetrics } from './read-metrics.ts';
import type { SandboxMetrics, TimeoutAction } from './types.ts';

/** The server's own record, never resuming a paused sandbox; with `fields` only these. */
export function fetchInfo(
  client: Client,
  id: string,
  { fields, ...call }: CallOptions & { fields?: FieldNames } = {},
): Promise<WireInfo> {
  const query = queryString({ fields: fieldsParameter(fields) });
  return client.json<WireInfo>('GET', sandboxPath(id) + query, call);
}

export async function fetchMetrics(
  client: Client,
  id: string,
  call: CallOptions = {},
): Promise<SandboxMetrics[]> {
  return (await client.json<MetricsSample[]>('GET', `${sandboxPath(id)}/metrics`, call)).map(readMetrics);
}

export async function destroy(client: Client, id: string, call: CallOptions = {}): Promise<void> {
  await client.send('DELETE', sandboxPath(id), call);
}

export async function moveDeadline(
  client: Client,
  id: string,
  seconds: number,
  { action, ...call }: CallOptions & { action?: TimeoutAction } = {},
): Promise<void> {
  const json: SetTimeoutRequest = { timeout_ms: milliseconds(seconds), timeout_action: action };
  await client.send('POST', `${sandboxPath(id)}/timeout`, { ...call, json });
}
