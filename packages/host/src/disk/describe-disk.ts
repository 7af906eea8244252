import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { host as proto } from '@nullspace/proto';
import type { HostContext } from '../context.ts';
import { measureFolder } from './measure-folder.ts';

type Use = {
  kind: 'image' | 'instance' | 'snapshot' | 'temporary' | 'pool' | 'layer';
  id: string;
  bytes: number;
};

/** What uses the disk of this host, the largest first. */
export async function describeDisk(
  host: HostContext,
): Promise<MessageInitShape<typeof proto.DescribeDiskResponseSchema>> {
  const [{ bavail, blocks, bsize }, ...uses] = await Promise.all([
    statfs(host.paths.hostDir),
    describeImages(host),
    describeInstances(host),
    describeSnapshots(host),
    describeLayers(host),
  ]);
  return {
    freeBytes: BigInt(bavail * bsize),
    totalBytes: BigInt(blocks * bsize),
    uses: uses
      .flat()
      .sort((a, b) => b.bytes - a.bytes)
      .map(({ kind, id, bytes }) => ({ kind, id, bytes: BigInt(bytes) })),
  };
}

async function describeImages({ paths: { imagesDir } }: HostContext): Promise<Use[]> {
  const names = (await readdir(imagesDir)).filter((name) => name.includes('.erofs'));
  return await Promise.all(
    names.map(async (name): Promise<Use> => {
      const found = await stat(join(imagesDir, name)).catch(() => undefined);
      const whole = name.endsWith('.erofs');
      const id = name.replace(/\.erofs.*$/, '');
      return { kind: whole ? 'image' : 'temporary', id, bytes: (found?.blocks ?? 0) * 512 };
    }),
  );
}

async function describeInstances(host: HostContext): Promise<Use[]> {
  return await Promise.all(
    host.registry.all().map(async ({ id, sandboxId, record, folder }): Promise<Use> => {
      const [bytes, usage] = await Promise.all([measureFolder(folder), host.engine.usage(id)]);
      const all = bytes + (usage?.diskStays ? 0 : (usage?.diskBytes ?? 0));
      return sandboxId
        ? { kind: 'instance', id: sandboxId, bytes: all }
        : { kind: 'pool', id: record.pool_id, bytes: all };
    }),
  );
}

async function describeLayers({ paths: { layersDir } }: HostContext): Promise<Use[]> {
  const names = await readdir(layersDir);
  return await Promise.all(
    names.map(async (name): Promise<Use> => {
      const found = await stat(join(layersDir, name)).catch(() => undefined);
      const kind = name.startsWith('sha256-') ? 'layer' : 'temporary';
      return { kind, id: name, bytes: (found?.blocks ?? 0) * 512 };
    }),
  );
}

async function describeSnapshots({ snapshots }: HostContext): Promise<Use[]> {
  const ids = await readdir(snapshots.folder);
  return await Promise.all(
    ids.map(async (id): Promise<Use> => {
      const record = snapshots.find(id);
      const kind = record && record.purpose !== 'fork' ? 'snapshot' : 'temporary';
      return { kind, id, bytes: await measureFolder(snapshots.folderOf(id)) };
    }),
  );
}
