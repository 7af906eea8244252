import type { BuildState } from '@nullspace/contract';
import type { Context } from '../context.ts';
import { findBuild } from './find-build.ts';
import { showBuild } from './present-build.ts';

/** Most entries of one answer. */
const MOST_ENTRIES = 1000;

/** A build and its log from an offset on. */
export async function readBuild(
  context: Context,
  { tenantId, buildId, offset }: { tenantId: string; buildId: string; offset: number },
): Promise<BuildState> {
  const build = await findBuild(context, { tenantId, buildId });
  const entries = await context.store.readBuildLog({ buildId, offset, limit: MOST_ENTRIES });
  const last = entries.at(-1);
  return { build: await showBuild(context, build), entries, next_offset: last ? last.offset + 1 : offset };
}
