import type { BuildState as WireState } from '@nullspace/contract';
import type { Client } from '../../client/client.ts';
import type { CallOptions } from '../../client/options.ts';
import { pathId } from '../../client/path-id.ts';
import { queryString } from '../../client/query.ts';
import { readState } from './read-build.ts';
import type { BuildState } from './types.ts';

/** A build as it is, with its log from an offset on. */
export async function fetchState(
  client: Client,
  id: string,
  offset: number,
  call: CallOptions,
): Promise<BuildState> {
  return readState(await client.json<WireState>('GET', `${buildPath(id)}${queryString({ offset })}`, call));
}

export function buildPath(id: string): string {
  return `/v1/templates/builds/${pathId('build', id)}`;
}
