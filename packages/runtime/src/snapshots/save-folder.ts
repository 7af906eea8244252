import {
  access,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  statfs,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SnapshotFile, SnapshotManifest } from '../engine.ts';
import { RuntimeFailure, SnapshotError } from '../errors.ts';
import { checksumAside } from './checksum-aside.ts';
import { checksumMeanwhile, type KnownChecksums } from './checksum-meanwhile.ts';
import { encodeManifest, MANIFEST } from './manifest.ts';
import { isShared } from './shared-file.ts';

/** The checksums of a larger file are made while it is brought to the disk. */
const LARGE_BYTES = 64 * 1024 * 1024;

/** A disk with less left is full, and lacks at least as much. */
const LEAST_MISSING_BYTES = 1024 * 1024;

export type ManifestFacts = Omit<
  SnapshotManifest,
  'version' | 'createdUnixMs' | 'writtenMs' | 'sizeBytes' | 'files'
>;

/** Where a save writes before its folder gets its name. */
export function temporaryOf(folder: string): string {
  return `${folder}.partial`;
}

/**
 * Makes the folder of a snapshot: `write` fills a temporary one, which gets its name when all of it is on disk.
 *
 * @param options.fleeting It need not reach the disk and gets no checksums.
 * @throws {SnapshotError} `disk_full` or `snapshot_failed`; nothing stays then.
 */
export async function saveFolder(
  folder: string,
  options: {
    /** What is known once all is written. */
    facts: () => ManifestFacts;
    estimateBytes?: () => Promise<number>;
    fleeting?: boolean;
  },
  write: (temporary: string) => Promise<void>,
): Promise<SnapshotManifest> {
  const { facts, estimateBytes = async () => 0, fleeting = false } = options;
  const temporary = temporaryOf(folder);
  await refuseTaken(folder);
  const began = performance.now();
  let named = false;
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { mode: 0o700 });
    const writing = write(temporary);
    const known = fleeting ? undefined : await checksumMeanwhile(temporary, writing);
    await writing;
    const manifest = await seal(temporary, facts(), { known, began });
    await rename(temporary, folder);
    named = true;
    if (known) await sync(dirname(folder));
    return manifest;
  } catch (cause) {
    // What may not be on the disk for good is not there at all.
    if (named) await rm(folder, { recursive: true, force: true });
    const failure = await explain(cause, { folder, temporary, estimateBytes });
    await discard(temporary);
    throw failure;
  }
}

/** Removes the folder of a failed save. An engine may keep its files open, so their space is freed first. */
export async function discard(temporary: string): Promise<void> {
  const names = await readdir(temporary).catch(() => []);
  await Promise.all(names.map((name) => freeSpace(join(temporary, name)).catch(() => {})));
  await rm(temporary, { recursive: true, force: true });
}

async function freeSpace(path: string): Promise<void> {
  if (!isShared(await lstat(path))) await truncate(path);
}

async function refuseTaken(folder: string): Promise<void> {
  const taken = await access(folder).then(
    () => true,
    () => false,
  );
  if (taken) throw new SnapshotError('snapshot_failed', `${folder} exists already.`);
}

/** Brings every file to the disk and adds the manifest; without `known` checksums, no more than the latter. */
async function seal(
  folder: string,
  facts: ManifestFacts,
  { known, began }: { known: KnownChecksums | undefined; began: number },
): Promise<SnapshotManifest> {
  const names = (await readdir(folder)).sort();
  const described = await Promise.all(
    names.map((name) => (known ? describe(folder, name, known.get(name)) : measure(folder, name))),
  );
  const files = described.map(({ file }) => file);
  const manifest: SnapshotManifest = {
    version: 1,
    ...facts,
    createdUnixMs: Date.now(),
    ...(known && { writtenMs: Math.round(performance.now() - began) }),
    sizeBytes: described.reduce((sum, { diskBytes }) => sum + diskBytes, 0),
    files,
  };
  await writeFile(join(folder, MANIFEST), encodeManifest(manifest), { mode: 0o600 });
  if (!known) return manifest;
  // All at once, which costs the disk little more than one of them.
  await Promise.all([...names, MANIFEST, '.'].map((name) => sync(join(folder, name))));
  return manifest;
}

interface Described {
  file: SnapshotFile;
  /** What it takes on disk, holes left out. */
  diskBytes: number;
}

async function measure(folder: string, name: string): Promise<Described> {
  const { size } = await stat(join(folder, name));
  return { file: { name, sizeBytes: size, chunks: [] }, diskBytes: size };
}

async function describe(
  folder: string,
  name: string,
  known: readonly string[] | undefined,
): Promise<Described> {
  await using file = await open(join(folder, name));
  const found = await file.stat();
  const { size } = found;
  if (isShared(found)) {
    await file.sync();
    const diskBytes = Math.min(size, found.blocks * 512);
    return { file: { name, sizeBytes: size, chunks: [], unsummed: true }, diskBytes };
  }
  const flushed = size >= LARGE_BYTES ? file.sync() : undefined;
  const [chunks] = await Promise.all([checksumAside(file, { known }), flushed]);
  return { file: { name, sizeBytes: size, chunks }, diskBytes: size };
}

async function sync(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
}

/** A full disk is told from other failures by what it has left, since the engine's own words vary. */
async function explain(
  cause: unknown,
  save: { folder: string; temporary: string; estimateBytes: () => Promise<number> },
): Promise<SnapshotError> {
  const { folder, temporary, estimateBytes } = save;
  if (cause instanceof SnapshotError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  if (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    (cause instanceof RuntimeFailure && (await isFull(temporary)))
  ) {
    const missingBytes = Math.max(LEAST_MISSING_BYTES, (await estimateBytes()) - (await sizeOf(temporary)));
    return new SnapshotError('disk_full', `The disk is full; ${folder} could not be written.`, {
      missingBytes,
      cause,
    });
  }
  return new SnapshotError('snapshot_failed', `${folder} could not be written: ${message}`, { cause });
}

async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 1, bsize: Number.MAX_SAFE_INTEGER }));
  return bavail * bsize < LEAST_MISSING_BYTES;
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
