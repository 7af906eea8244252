import { isPassing, reconnectPausesMs } from '../../channels/passing.ts';
import type { Client, ClientCall } from '../../client/client.ts';
import type { CallOptions } from '../../client/options.ts';
import { queryString } from '../../client/query.ts';
import { sleep } from '../../client/sleep.ts';
import { BuildError } from '../../errors/build.ts';
import { RateLimitError } from '../../errors/limits.ts';
import { buildPath, fetchState } from './fetch-state.ts';
import { logEntries } from './log-stream.ts';
import { isLast, isSettled } from './outcome.ts';
import type { BuildLogEntry } from './types.ts';

/** The request that is answered with the log of a build. */
export interface LogRequest extends Pick<ClientCall, 'json'> {
  method: string;
  path: string;
}

/** The request for what a log holds from an offset on, to the end of the build. */
export function followRequest(buildId: string, offset: number): LogRequest {
  return { method: 'GET', path: `${buildPath(buildId)}/logs${queryString({ offset, follow: 'true' })}` };
}

/**
 * The log of a build to its end. A stream that breaks is taken up again after the last entry that came, so that each
 * comes once.
 *
 * @param options.buildId Of a build that is known already; otherwise the answer names it.
 * @param options.offset The first entry that `first` asks for.
 * @param options.pausesMs Waits before each attempt to take it up again; an entry starts the count anew.
 * @throws BuildError when it could not be taken up. The build goes on.
 */
export async function* followLog(
  client: Client,
  first: LogRequest,
  options: CallOptions & { buildId?: string; offset?: number; pausesMs?: number[] } = {},
): AsyncGenerator<BuildLogEntry, void, void> {
  const { pausesMs = reconnectPausesMs, buildId: known, offset = 0, ...call } = options;
  let buildId = known;
  let next = offset;
  let request = first;
  let opened = false;
  for (let attempts = 0; ; ) {
    const { method, path, json } = request;
    let failure: unknown;
    try {
      const entries = logEntries(client, method, path, { ...call, json }, (id) => {
        opened = true;
        buildId ??= id;
      });
      for await (const entry of entries) {
        attempts = 0;
        buildId = entry.buildId;
        next = entry.offset + 1;
        yield entry;
        if (isLast(entry)) return;
      }
      // It may also end since nothing is to come any more.
      if (buildId === undefined || (await isOver(client, buildId, next, call))) return;
    } catch (error) {
      if (call.signal?.aborted || !opened || buildId === undefined || !mayPass(error)) throw error;
      failure = error;
    }
    const pause = pausesMs[attempts++];
    if (pause === undefined) throw brokenOff(buildId, failure);
    await sleep(pause, call.signal);
    request = followRequest(buildId, next);
  }
}

async function isOver(client: Client, id: string, next: number, call: CallOptions): Promise<boolean> {
  const state = await fetchState(client, id, next, call);
  return state.entries.length === 0 && isSettled(state);
}

function mayPass(error: unknown): boolean {
  return isPassing(error) || error instanceof RateLimitError;
}

function brokenOff(buildId: string, cause: unknown): BuildError {
  return new BuildError(
    `The log of build ${buildId} broke off: TemplateBuild.connect('${buildId}') follows it further.`,
    { details: { build_id: buildId }, retryable: true, cause },
  );
}
