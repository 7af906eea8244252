import { setTimeout as sleep } from 'node:timers/promises';
import type { Readiness } from '@nullspace/contract';
import type { Context } from '../../context.ts';
import { BuildFailure } from '../build-failure.ts';
import { LineReader } from '../log/line-reader.ts';
import { layerId } from '../plan/layer-key.ts';
import { type BuildEnv, lifetimeMs } from './build-env.ts';
import { BuildSandbox, type LayerPoint } from './build-sandbox.ts';
import { isReady } from './probe.ts';

export interface Service {
  command: string;
  readiness: Readiness | undefined;
  user: string;
  workdir: string;
  envs: Record<string, string>;
}

/** Time that a service without a probe gets before it is saved. */
const SETTLE_MS = 1000;
/** Most of its output that a failure carries. */
const TAIL_LINES = 20;

/**
 * Starts what a template runs, waits until it is ready, and saves it with its memory. Returns the id of the snapshot.
 *
 * @throws {BuildFailure} When it ends or is not ready in time.
 */
export async function startService(
  env: BuildEnv,
  { point, key, service }: { point: LayerPoint; key: string; service: Service },
): Promise<string> {
  const { context, tenantId, shape, signal, log } = env;
  const cwd = service.workdir || '/workspace';
  const sandbox = await BuildSandbox.start(context, {
    point,
    // The sandboxes that are made from it have their own say about the network.
    shape,
    lifetimeMs: lifetimeMs(env),
    signal,
    env: service.envs,
    cwd,
  });
  try {
    const pid = service.command === '' ? undefined : await launch(context, sandbox, service, signal);
    if (pid !== undefined)
      log.add({ kind: 'message', phase: 'readiness', message: `Started: ${service.command}` });
    await waitUntilReady(env, sandbox, { ...service, pid });
    context.reach('build.service_ready');
    log.add({ kind: 'message', phase: 'snapshot', message: 'Ready; saving it with its memory' });
    // One for each build: what was started is never the same twice.
    const id = layerId(tenantId, `${key}-${env.buildId}`).replace(/^lay_/, 'tsn_');
    await context.store.beginLayer({ id, tenantId, kind: 'snapshot', createdAt: Date.now() });
    // What a server that was killed has saved for this build is of another sandbox.
    await context.fleet.call((client) => client.deleteSnapshot({ snapshotId: id }));
    const sizeBytes = await sandbox.save(id, 'memory');
    context.reach('build.snapshot_saved');
    await context.store.finishLayer({ id, value: null, sizeBytes, now: Date.now() });
    return id;
  } catch (error) {
    throw await sandbox.explain(error);
  } finally {
    await sandbox.close();
  }
}

async function launch(
  context: Context,
  sandbox: BuildSandbox,
  { command, user, workdir, envs }: Service,
  signal: AbortSignal,
): Promise<number> {
  const call = { failure: 'exec_failed' as const, user, signal };
  return context.guests.call(sandbox.live, call, async ({ unary }, linked) => {
    const request = { command, shell: true, user, cwd: workdir, env: envs };
    const { pid } = await unary.start({ command: request, tag: 'start_cmd' }, { signal: linked });
    return pid;
  });
}

async function waitUntilReady(
  env: BuildEnv,
  sandbox: BuildSandbox,
  { readiness, pid }: Service & { pid: number | undefined },
): Promise<void> {
  const { context, signal } = env;
  if (!readiness || readiness.kind === 'timeout') {
    await sleep(readiness?.timeout_ms ?? SETTLE_MS, undefined, { signal });
    const left = pid === undefined ? undefined : await readEnd(context, sandbox, pid, signal);
    if (left?.code)
      throw notReady(`the start command ended with exit code ${left.code}`, left.tail.map(env.redact));
    return;
  }
  const { timeout_secs, interval_ms, startup_grace_secs } = readiness;
  const givingUpAt = Date.now() + (timeout_secs + startup_grace_secs) * 1000;
  for (;;) {
    if (await isReady(context, sandbox, readiness, signal)) return;
    const end = pid === undefined ? undefined : await readEnd(context, sandbox, pid, signal);
    if (end?.code)
      throw notReady(`the start command ended with exit code ${end.code}`, end.tail.map(env.redact));
    if (Date.now() >= givingUpAt) {
      throw notReady(
        `the ${readiness.kind} probe did not succeed within ${timeout_secs} s`,
        end?.tail.map(env.redact) ?? [],
      );
    }
    await sleep(interval_ms, undefined, { signal });
  }
}

/** Exit code of a process, undefined while it runs, and the last lines that it wrote. */
async function readEnd(
  context: Context,
  sandbox: BuildSandbox,
  pid: number,
  signal: AbortSignal,
): Promise<{ code: number | undefined; tail: string[] }> {
  const call = { failure: 'exec_failed' as const, pid, signal };
  const { running, exit, output } = await context.guests.call(sandbox.live, call, (guest, linked) =>
    guest.readOutput({ pid }, { signal: linked }),
  );
  const tail: string[] = [];
  const reader = new LineReader((line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
  });
  reader.push(output);
  reader.end();
  return { code: running ? undefined : exit?.code, tail };
}

function notReady(problem: string, tail: string[]): BuildFailure {
  const said = tail.length > 0 ? `. Its last words: ${tail.at(-1)!.slice(0, 500)}` : '';
  return new BuildFailure('readiness', `The template did not become ready: ${problem}${said}`, {
    action: 'Correct the start command or the readiness probe and build again.',
    details: { reason: 'not_ready', output_tail: tail },
  });
}
