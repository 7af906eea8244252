import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { Context } from '../../context.ts';
import { BuildFailure } from '../build-failure.ts';
import type { BuildSandbox } from './build-sandbox.ts';
import { findTarget, unpack } from './unpack.ts';

interface Copy {
  sources: string[];
  dst: string;
  owner: string;
  index: number;
  signal: AbortSignal;
}

/** Copies files of another stage or image, whose sandbox runs beside this one. */
export async function copyStage(
  context: Context,
  { from, to }: { from: BuildSandbox; to: BuildSandbox },
  copy: Copy,
): Promise<void> {
  for (const source of copy.sources) {
    const call = { failure: 'guest_unavailable' as const, path: source, signal: copy.signal };
    const path = posix.resolve('/', source);
    const { info } = await context.guests.call(from.live, call, ({ unary }, signal) =>
      unary.stat({ target: { path } }, { signal }),
    );
    if (info?.type === 'dir') await copyFolder(context, { from, to }, { ...copy, path });
    else if (info?.type === 'file') {
      const permissions = Number.parseInt(info.permissions, 8) || 0o644;
      await copyFile(context, { from, to }, { ...copy, path, size: Number(info.size), permissions });
    } else {
      throw new BuildFailure(
        'build_step',
        `${source} is no file or folder of the stage that it is copied from`,
        {
          stepIndex: copy.index,
          details: { reason: 'missing_source' },
        },
      );
    }
  }
}

async function copyFolder(
  context: Context,
  { from, to }: { from: BuildSandbox; to: BuildSandbox },
  { path, dst, owner, index, signal }: Copy & { path: string },
): Promise<void> {
  const call = { failure: 'guest_unavailable' as const, path, answerMs: 0, signal };
  const { folder } = await findTarget(context, to, { dst, isFolder: true, signal });
  await context.guests.call(from.live, call, async ({ streams }, linked) => {
    async function* archive() {
      for await (const { data } of streams.packDirectory({ target: { path } }, { signal: linked }))
        yield data;
    }
    await unpack(context, to, { archive: archive(), folder, owner, index, signal: linked });
  });
}

async function copyFile(
  context: Context,
  { from, to }: { from: BuildSandbox; to: BuildSandbox },
  options: Copy & { path: string; size: number; permissions: number },
): Promise<void> {
  const { path, size, permissions, dst, owner, index, sources, signal } = options;
  const target = await findTarget(context, to, { dst, isFolder: sources.length > 1, signal });
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
      index,
      signal: linked,
    });
    await packing;
  });
}
