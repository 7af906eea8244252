import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../../api-error.ts';
import { randomWord } from '../../make-id.ts';
import { readBlobId } from './blob-id.ts';

/** A content that no build has begun with may be written by its owner; later ones find it as it is. */
const UNUSED_MODE = 0o600;
const USED_MODE = 0o400;

/**
 * Files of build contexts, by tenant and id. A tenant cannot reach contents that it does not have by naming their
 * digest.
 */
export class BlobStore {
  readonly #folder: string;
  readonly #quotaBytes: number;
  /** Bytes of each tenant, counted when it is first needed. */
  readonly #used = new Map<string, Promise<number>>();

  constructor(options: { folder: string; quotaBytes: number }) {
    this.#folder = options.folder;
    this.#quotaBytes = options.quotaBytes;
  }

  /** Size of one that is there. Its use is noted, so that it is kept. */
  async find(tenantId: string, id: string): Promise<number | undefined> {
    if (!readBlobId(id)) return undefined;
    const path = this.pathOf(tenantId, id);
    try {
      const { size } = await stat(path);
      const now = new Date();
      await utimes(path, now, now);
      return size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Notes that a build begins with one. True: it is the first since its content was sent. */
  async noteBuild(tenantId: string, id: string): Promise<boolean> {
    const path = this.pathOf(tenantId, id);
    const { mode } = await stat(path);
    if ((mode & 0o777) === USED_MODE) return false;
    await chmod(path, USED_MODE);
    return true;
  }

  /** Where the content of one lies. */
  pathOf(tenantId: string, id: string): string {
    return join(this.#tenantFolder(tenantId), id);
  }

  /**
   * Takes in the content of one, whole or not at all.
   *
   * @throws {ApiError} `blob_mismatch`, `quota_exceeded`, `disk_full`.
   */
  async put(options: {
    tenantId: string;
    id: string;
    content: NodeJS.ReadableStream;
    sizeBytes: number | undefined;
  }): Promise<void> {
    const { tenantId, id, content, sizeBytes } = options;
    const name = readBlobId(id);
    if (!name) throw mismatch(id, 'it is not an id that the preflight gives');
    await this.#requireRoom(tenantId, sizeBytes ?? 0);
    const folder = this.#tenantFolder(tenantId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const part = join(folder, `part-${randomWord(16)}`);
    const hash = createHash('sha256');
    let taken = 0;
    const meter = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        taken += chunk.length;
        hash.update(chunk);
        this.#requireRoom(tenantId, taken).then(() => done(null, chunk), done);
      },
    });
    try {
      await pipeline(content, meter, createWriteStream(part, { mode: UNUSED_MODE }));
      const digest = hash.digest('hex');
      if (digest !== name.sha256) throw mismatch(id, `its digest is ${digest}`);
      const known = await this.find(tenantId, id);
      await rename(part, this.pathOf(tenantId, id));
      if (known === undefined)
        this.#used.set(
          tenantId,
          this.#usedBy(tenantId).then((used) => used + taken),
        );
    } catch (error) {
      await rm(part, { force: true });
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
        const problem = 'the disk of the server is full';
        throw new ApiError('disk_full', { problem }, { cause: error });
      }
      throw error;
    }
  }

  /** Deletes what was not used since then, except what is needed. Returns the bytes that it frees. */
  async sweep(options: {
    unusedSince: number;
    needed: (tenantId: string) => Promise<Set<string>>;
  }): Promise<number> {
    let freed = 0;
    for (const tenantId of await list(this.#folder)) {
      const needed = await options.needed(tenantId);
      const folder = this.#tenantFolder(tenantId);
      for (const name of await list(folder)) {
        const path = join(folder, name);
        const { mtimeMs, size } = await stat(path).catch(() => ({
          mtimeMs: Number.POSITIVE_INFINITY,
          size: 0,
        }));
        if (mtimeMs >= options.unusedSince || needed.has(name)) continue;
        await rm(path, { force: true });
        freed += size;
      }
      this.#used.delete(tenantId);
    }
    return freed;
  }

  async #requireRoom(tenantId: string, bytes: number): Promise<void> {
    const used = await this.#usedBy(tenantId);
    if (used + bytes <= this.#quotaBytes) return;
    throw new ApiError(
      'quota_exceeded',
      {
        problem: `The build contexts of this tenant would take ${used + bytes} bytes and may take ${this.#quotaBytes}`,
      },
      { details: { limit: this.#quotaBytes, used } },
    );
  }

  #usedBy(tenantId: string): Promise<number> {
    const known = this.#used.get(tenantId);
    if (known) return known;
    const counted = measure(this.#tenantFolder(tenantId));
    this.#used.set(tenantId, counted);
    counted.catch(() => this.#used.delete(tenantId));
    return counted;
  }

  #tenantFolder(tenantId: string): string {
    return join(this.#folder, tenantId);
  }
}

function mismatch(id: string, problem: string): ApiError {
  return new ApiError('blob_mismatch', { blob_id: id.slice(0, 100), problem });
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function measure(folder: string): Promise<number> {
  let total = 0;
  for (const name of await list(folder)) {
    total += await stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return total;
}
