import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { Context } from '../../context.ts';
import { BuildFailure } from '../build-failure.ts';
import type { BuildSandbox } from './build-sandbox.ts';
import { findInStage } from './find-in-stage.ts';
import { setModes } from './set-modes.ts';
import { findTarget, unpack } from './unpack.ts';

interface Copy {
  sources: string[];
  dst: string;
  owner: string;
  mode: number | undefined;
  index: number;
  line: number | undefined;
  signal: AbortSignal;
}

/** Copies files of another stage or image, whose sandbox runs beside this one. */
export async function copyStage(
  context: Context,
  { from, to }: { from: BuildSandbox; to: BuildSandbox },
  copy: Copy,
): Promise<void> {
  const { signal, line } = copy;
  const paths: string[] = [];
  for (const source of copy.sources) {
    const found = await findInStage(context, from, { source, signal });
    if (found.length === 0) throw missing(source, copy);
    paths.push(...found);
  }
  for (const path of paths) {
    const call = { failure: 'guest_unavailable' as const, path, signal };
    const { info } = await context.guests.call(from.live, call, ({ unary }, linked) =>
      unary.stat({ target: { path } }, { signal: linked }),
    );
    if (info?.type === 'dir') await copyFolder(context, { from, to }, { ...copy, path });
    else if (info?.type === 'file') {
      const permissions = copy.mode ?? (Number.parseInt(info.permissions, 8) || 0o644);
      const isOne = paths.length === 1;
      await copyFile(context, { from, to }, { ...copy, path, size: Number(info.size), permissions, isOne });
    } else throw missing(path, { ...copy, line });
  }
}

function missing(source: string, { index, line }: Pick<Copy, 'index' | 'line'>): BuildFailure {
  return new BuildFailure(
    'build_step',
    `${source} is no file or folder of the stage that it is copied from`,
    {
      stepIndex: index,
      action: 'Correct the path, or the stage after --from, and build again.',
      details: { reason: 'missing_source', ...(line === undefined ? {} : { line }) },
    },
  );
}

async function copyFolder(
  context: Context,
  { from, to }: { from: BuildSandbox; to: BuildSandbox },
  { path, dst, owner, mode, signal }: Copy & { path: string },
): Promise<void> {
  const call = { failure: 'guest_unavailable' as const, path, answerMs: 0, signal };
  const { folder } = await findTarget(context, to, { dst, isFolder: true, signal });
  await context.guests.call(from.live, call, async ({ streams }, linked) => {
    async function* packed() {
      const request = { target: { path }, specialModes: true };
      for await (const { data } of streams.packDirectory(request, { signal: linked })) yield data;
    }
    const archive = mode === undefined ? packed() : setModes(packed(), mode);
    await unpack(context, to, { archive, folder, owner, signal: linked });
  });
}

async function copyFile(
  context: Context,
  { from, to }: { from: BuildSandbox; to: BuildSandbox },
  options: Copy & { path: string; size: number; permissions: number; isOne: boolean },
): Promise<void> {
  const { path, size, permissions, dst, owner, isOne, signal } = options;
  const target = await findTarget(context, to, { dst, isFolder: !isOne, signal });
  const call = { failure: 'guest_unavailable' as const, path, answerMs: 0, signal };
  await context.guests.call(from.live, call, async ({ streams }, linked) => {
    const archive = pack();
    const name = target.name ?? posix.basename(path);
    async function* content() {
      for await (const { data } of streams.readFile({ target: { path } }, { signal: linked })) {
        if (data.length > 0) yield data;
      }
    }
    const entry = archive.entry({ name, type: 'file', mode: permissions, size });
    const packing = pipeline(content, entry as unknown as NodeJS.WritableStream).then(() =>
      archive.finalize(),
    );
    packing.catch((error: Error) => archive.destroy(error));
    await unpack(context, to, {
      archive: archive as AsyncIterable<Uint8Array>,
      folder: target.folder,
      owner,
      signal: linked,
    });
    await packing;
  });
}
