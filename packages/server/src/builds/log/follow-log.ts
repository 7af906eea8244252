import type { BuildLogEntry } from '@nullspace/contract';
import type { Context } from '../../context.ts';

const PAGE = 500;
/** Another server of the same database may run the build, and its bell is not heard here. */
const LOOK_AGAIN_MS = 1000;

/** Entries of a build's log from an offset on; with `follow` until the build has ended. */
export async function* followLog(
  { store, builds }: Context,
  options: { buildId: string; offset: number; follow: boolean; signal: AbortSignal },
): AsyncGenerator<BuildLogEntry, void> {
  const { buildId, follow, signal } = options;
  let { offset } = options;
  while (!signal.aborted) {
    const { heard } = builds.bell.listen(buildId, { patienceMs: LOOK_AGAIN_MS, signal });
    // Looked up before the entries: the last of them is stored together with the end.
    const build = await store.findBuild(buildId);
    const entries = await store.readBuildLog({ buildId, offset, limit: PAGE });
    for (const entry of entries) yield entry;
    offset = (entries.at(-1)?.offset ?? offset - 1) + 1;
    if (entries.length === PAGE) continue;
    const isOver = !build || (build.status !== 'waiting' && build.status !== 'building');
    if (!follow || isOver || builds.stopped) return;
    await heard;
  }
}

/**
 * The log of a build for whoever waits for it alone: readers of that stream know no cancelled end, so it is followed by
 * an error.
 */
export async function* followBuild(
  context: Context,
  options: { buildId: string; signal: AbortSignal },
): AsyncGenerator<BuildLogEntry, void> {
  for await (const entry of followLog(context, { ...options, offset: 0, follow: true })) {
    yield entry;
    if (entry.kind !== 'cancelled') continue;
    const { message } = entry;
    yield {
      ...entry,
      offset: entry.offset + 1,
      kind: 'error',
      level: 'error',
      error_detail: {
        code: 'build_error',
        message,
        suggested_action: 'Build again when the template is wanted after all.',
        phase: 'interrupted',
        retryable: true,
        build_id: options.buildId,
      },
    };
  }
}
