import { posix } from 'node:path';
import { pack } from 'tar-stream';
import { ApiError } from '../../api-error.ts';
import { BuildFailure } from '../build-failure.ts';
import type { Operation } from '../plan/operation.ts';
import type { BuildEnv } from './build-env.ts';
import { type BuildSandbox, isLost } from './build-sandbox.ts';
import { copyFiles } from './copy-files.ts';
import { copyStage } from './copy-stage.ts';
import { placeFolders } from './place-folders.ts';
import { placeSecrets } from './place-secrets.ts';
import { runCommand } from './run-command.ts';
import { findTarget, unpack } from './unpack.ts';

/** Last lines of a command that its failure carries. */
const TAIL_LINES = 20;

/** Does one operation in the sandbox of its stage. */
export async function performOperation(
  env: BuildEnv,
  sandbox: BuildSandbox,
  operation: Operation,
  openStage: (from: string | number) => Promise<BuildSandbox>,
): Promise<void> {
  const { action, index, line } = operation;
  const { context, tenantId, blobs, signal } = env;
  try {
    switch (action.kind) {
      case 'run':
        return await run(env, sandbox, operation, action);
      case 'make_dir':
        await makeFolder(env, sandbox, action);
        return;
      case 'copy': {
        const options = { entries: action.entries, tenantId, blobs, index, line, signal };
        return await copyFiles(context, sandbox, { ...options, ...action });
      }
      case 'copy_stage': {
        const from = await openStage(action.from);
        try {
          return await copyStage(context, { from, to: sandbox }, { ...action, index, line, signal });
        } finally {
          await from.close();
        }
      }
      case 'write':
        return await write(env, sandbox, action);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw fromGuest(error, index, line);
  }
}

async function run(
  env: BuildEnv,
  sandbox: BuildSandbox,
  { index, line, display }: Operation,
  action: Extract<Operation['action'], { kind: 'run' }>,
): Promise<void> {
  const { context, secrets, log, signal } = env;
  const { user, secrets: mounts, folders = [] } = action;
  const emptied = await placeFolders(context, sandbox, { mounts: folders, signal });
  const placed = await placeSecrets(context, sandbox, {
    mounts,
    secrets: secrets.secrets,
    user,
    index,
    signal,
  });
  const tail: string[] = [];
  const onLine = (message: string) => {
    tail.push(message);
    if (tail.length > TAIL_LINES) tail.shift();
    log.add({ kind: 'message', phase: 'build_step', step_index: index, message });
  };
  try {
    const command = { ...action, env: { ...action.env, ...placed.env } };
    const { code, guard } = await runCommand(context, sandbox, { command, onLine, signal });
    if (code !== 0) throw stepFailed({ code, guard, tail: tail.map(env.redact), index, line, display });
  } finally {
    if (!signal.aborted && !sandbox.live.ended.aborted) await placed.remove();
  }
  // Last, since a secret may lie in one of them.
  await emptied.remove();
}

function stepFailed(failed: {
  code: number;
  guard: string | undefined;
  tail: string[];
  index: number;
  line: number | undefined;
  display: string;
}): BuildFailure {
  const { code, guard, tail, index, line, display } = failed;
  const place = line === undefined ? `Step ${index + 1}` : `Line ${line} of the Dockerfile`;
  const why = guard === 'memory' ? ' after it ran out of memory' : '';
  const said = tail.length > 0 ? `: ${tail.at(-1)!.slice(0, 500)}` : '';
  return new BuildFailure(
    'build_step',
    `${place} (${display.slice(0, 200)}) ended with exit code ${code}${why}${said}`,
    {
      stepIndex: index,
      action:
        guard === 'memory'
          ? 'Build with more memory: Template.build(..., memory_mb=…).'
          : 'Read the last lines of its output, correct the step and build again.',
      details: {
        reason: guard === 'memory' ? 'out_of_memory' : 'build_step_nonzero_exit',
        exit_code: code,
        output_tail: tail,
        ...(line === undefined ? {} : { line }),
      },
    },
  );
}

/** A folder that is there stays as it is; those that are made belong to the account of that moment. */
async function makeFolder(
  { context, signal }: BuildEnv,
  sandbox: BuildSandbox,
  { path, user }: { path: string; user: string },
): Promise<void> {
  const call = { failure: 'guest_unavailable' as const, path, user, signal };
  const { info } = await context.guests.call(sandbox.live, call, ({ unary }, linked) =>
    unary.stat({ target: { path } }, { signal: linked }),
  );
  if (info?.type === 'dir' || info?.type === 'symlink') return;
  const archive = pack();
  archive.finalize();
  await unpack(context, sandbox, {
    archive: archive as AsyncIterable<Uint8Array>,
    folder: path,
    owner: user,
    signal,
  });
}

async function write(
  { context, signal }: BuildEnv,
  sandbox: BuildSandbox,
  { dst, content, mode, owner }: Extract<Operation['action'], { kind: 'write' }>,
): Promise<void> {
  const { folder, name } = await findTarget(context, sandbox, { dst, isFolder: false, signal });
  const archive = pack();
  archive.entry({ name: name ?? posix.basename(dst), mode: mode ?? 0o644 }, content);
  archive.finalize();
  await unpack(context, sandbox, { archive: archive as AsyncIterable<Uint8Array>, folder, owner, signal });
}

/** What the agent refused, as the failure of a step. */
function fromGuest(error: ApiError, index: number, line: number | undefined): BuildFailure | ApiError {
  if (isLost(error)) return error;
  const isFull = error.code === 'quota_exceeded' || error.code === 'disk_full';
  const message = isFull ? 'The disk of the build is full' : error.message.replace(/ in sandbox bld_\w+/, '');
  return new BuildFailure('build_step', message, {
    stepIndex: index,
    action: isFull
      ? 'Build with a larger disk: Template.build(..., disk_mb=…).'
      : 'Correct the step and build again.',
    details: { reason: isFull ? 'disk_full' : error.code, ...(line === undefined ? {} : { line }) },
    cause: error,
  });
}
