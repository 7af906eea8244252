import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesystemSnapshotFiles } from '@nullspace/runtime';
import { writeAtomic } from '@nullspace/service';
import * as z from 'zod';
import { checkDisk, readDisk } from '../capacity/disk.ts';
import type { HostContext } from '../context.ts';
import { HostError, isDiskFull } from '../errors.ts';
import { makeImage } from '../imager/make-image.ts';
import { digestPattern } from '../images/catalog.ts';
import { refuseWhenDraining } from '../shutting-down.ts';
import { explainSnapshotError } from '../snapshots/explain.ts';
import { requireSnapshotId } from '../snapshots/id.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';

/** Beside the record of a snapshot: the image that was made of it. */
const outcomeName = 'image.json';

const outcome = z.strictObject({ image: z.string().regex(digestPattern), size_bytes: z.number().int() });

type Outcome = z.infer<typeof outcome>;

/**
 * Makes one root image of the files of a snapshot and those of its image. The same snapshot always gives the same
 * image; equal calls at the same moment are one.
 *
 * @throws {HostError}
 */
export async function assembleImage(
  host: HostContext,
  snapshotId: string,
  signal: AbortSignal,
): Promise<Outcome> {
  requireSnapshotId('snapshot_id', snapshotId);
  refuseWhenDraining(host);
  const record = host.snapshots.get(snapshotId);
  if (record.kind !== 'filesystem') {
    throw new HostError(
      'invalid_request',
      `snapshot ${snapshotId} is of memory; save one of kind filesystem`,
      {
        field: 'snapshot_id',
      },
    );
  }
  const known = await readOutcome(host, snapshotId);
  if (known) return known;
  checkDisk(await readDisk(host.paths.hostDir), 0);
  return await host.works.join(`assemble ${snapshotId}`, (ends) => assemble(host, record, ends), {
    signal,
    tell: () => {},
  });
}

async function assemble(host: HostContext, record: SnapshotRecord, signal: AbortSignal): Promise<Outcome> {
  const { snapshot_id: snapshotId, spec } = record;
  using _image = host.images.hold(spec.image);
  const letGo = host.snapshots.hold(snapshotId);
  const files: FileHandle[] = [];
  try {
    const base = await host.images.locate(spec.image);
    const folder = host.snapshots.filesOf(snapshotId);
    await host.engine.inspectSnapshot(folder, { verify: true });
    for (const path of [base, ...filesystemSnapshotFiles(folder)]) files.push(await open(path, 'r'));
    const { digest, sizeBytes } = await makeImage(host, {
      order: { layers: [] },
      files: files.map(({ fd }) => fd),
      signal,
      tell: () => {},
    });
    const made = { image: digest, size_bytes: sizeBytes };
    await writeAtomic(outcomePath(host, snapshotId), `${JSON.stringify(made)}\n`, { mode: 0o600 });
    host.log.info({ snapshot_id: snapshotId, ...made }, 'image assembled');
    return made;
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, record);
  } finally {
    for (const file of files) await file.close();
    letGo();
  }
}

function explain(error: unknown, record: SnapshotRecord): unknown {
  if (isDiskFull(error)) return error;
  const refusal = explainSnapshotError(error, record);
  if (refusal instanceof HostError && refusal.code !== 'import_failed') return refusal;
  const why = error instanceof Error ? error.message : String(error);
  return new HostError(
    'assemble_failed',
    `no image could be made of snapshot ${record.snapshot_id}: ${why}`,
    {
      cause: error,
    },
  );
}

async function readOutcome(host: HostContext, snapshotId: string): Promise<Outcome | undefined> {
  const text = await readFile(outcomePath(host, snapshotId), 'utf8').catch(() => '');
  if (!text) return undefined;
  const { data } = outcome.safeParse(JSON.parse(text));
  const there = data && (await host.images.locate(data.image).catch(() => undefined));
  return there ? data : undefined;
}

function outcomePath(host: HostContext, snapshotId: string): string {
  return join(host.snapshots.folderOf(snapshotId), outcomeName);
}
