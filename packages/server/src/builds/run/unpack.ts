import { posix } from 'node:path';
import { guest } from '@nullspace/proto';
import type { Context } from '../../context.ts';
import { randomWord } from '../../make-id.ts';
import { BuildFailure } from '../build-failure.ts';
import { quote } from '../plan/package-commands.ts';
import type { BuildSandbox } from './build-sandbox.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Where a copy goes: a folder's content and several sources go into `dst`, one file becomes `dst` unless that is a
 * folder or written as one.
 */
export async function findTarget(
  context: Context,
  sandbox: BuildSandbox,
  { dst, isFolder, signal }: { dst: string; isFolder: boolean; signal: AbortSignal },
): Promise<{ folder: string; name: string | undefined }> {
  if (isFolder || dst.endsWith('/')) return { folder: dst, name: undefined };
  const call = { failure: 'guest_unavailable' as const, path: dst, signal };
  const { info } = await context.guests.call(sandbox.live, call, ({ unary }, linked) =>
    unary.stat({ target: { path: dst } }, { signal: linked }),
  );
  if (info?.type === 'dir') return { folder: dst, name: undefined };
  return { folder: posix.dirname(dst), name: posix.basename(dst) };
}

/** Unpacks an archive into a folder, which is made if missing. */
export async function unpack(
  context: Context,
  sandbox: BuildSandbox,
  options: {
    archive: AsyncIterable<Uint8Array>;
    folder: string;
    owner: string;
    signal: AbortSignal;
    index: number;
  },
): Promise<void> {
  const { archive, folder, owner, signal, index } = options;
  const [user = '', group] = owner.split(':');
  // The agent knows accounts; what is owned by another group or by a bare number is handed over by the guest's own chown.
  const byHand = owner !== '' && (group !== undefined || /^\d+$/.test(user));
  const target = byHand ? `/.nullspace-copy-${randomWord(8)}` : folder;
  async function* pieces() {
    const conflict = guest.ArchiveConflict.MERGE;
    const to = { target: { path: target }, conflict, owner: byHand ? '' : user };
    yield { options: to };
    for await (const chunk of archive) {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES)
        yield { data: chunk.subarray(at, at + CHUNK_BYTES) };
    }
  }
  const call = { failure: 'guest_unavailable' as const, path: folder, user, answerMs: 0, signal };
  await context.guests.call(sandbox.live, call, ({ unpackArchive }, linked) =>
    unpackArchive(pieces(), linked),
  );
  if (!byHand) return;
  const [from, to] = [quote(target), quote(folder)];
  const script = `chown -R ${quote(owner)} ${from} && mkdir -p ${to} && cp -a ${from}/. ${to}/; code=$?; rm -rf ${from}; exit $code`;
  const { exit, stderr } = await context.guests.call(
    sandbox.live,
    { ...call, answerMs: 300_000 },
    (agent, linked) => agent.run({ command: { command: script, shell: true, cwd: '/' } }, { signal: linked }),
  );
  if (exit?.code === 0) return;
  const said = Buffer.from(stderr).toString('utf8').trim().split('\n').at(-1)?.slice(0, 500) ?? '';
  throw new BuildFailure('build_step', `The copy could not be handed to ${owner}: ${said}`, {
    stepIndex: index,
  });
}
