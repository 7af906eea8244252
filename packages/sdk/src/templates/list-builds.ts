import type { ListBuildsQuery, BuildPage as WirePage } from '@nullspace/contract';
import { Client } from '../client/client.ts';
import type { CallOptions, ClientOptions } from '../client/options.ts';
import { queryString } from '../client/query.ts';
import { readBuild } from './builds/read-build.ts';
import type { BuildInfo, BuildPage, BuildStatus } from './builds/types.ts';
import { refPath } from './ref-path.ts';

/** Which builds of a template to list. */
export interface ListBuildsOptions extends ClientOptions, CallOptions {
  status?: BuildStatus;
  buildBackend?: BuildInfo['buildBackend'];
  sourceType?: BuildInfo['sourceType'];
  /** Builds a page, at most 100. @default 50 */
  limit?: number;
  /** `nextCursor` of the page before. @default the newest */
  cursor?: string;
}

/** A page of the builds of a template. */
export async function listBuilds(ref: string, options: ListBuildsOptions): Promise<BuildPage> {
  const { status, buildBackend: backend, sourceType: source_type, limit, cursor } = options;
  const query = { status, backend, source_type, cursor } satisfies ListBuildsQuery;
  const path = ref.startsWith('tmpl_')
    ? `/v1/templates/${encodeURIComponent(ref)}/builds`
    : `${refPath(ref)}/builds`;
  const page = await new Client(options).json<WirePage>('GET', path + queryString({ ...query, limit }), {
    signal: options.signal,
  });
  return { builds: page.builds.map(readBuild), nextCursor: page.next_cursor ?? undefined };
}
