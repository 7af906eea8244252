import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { flowing } from '../guests/flowing.ts';
import { giveBack } from '../guests/passed-bytes.ts';

/** A part that has arrived: its digest is in the name of its file, so that a damaged one is found. */
export interface StagedPart {
  sha256: string;
  file: string;
}

/** A part of another size than it should have. */
export class WrongSizeError extends Error {}
/** A part of other bytes than were announced. */
export class WrongDigestError extends Error {}

/** The parts of uploads on the disk of the server. Each appears whole under its name, or not at all. */
export class Staging {
  readonly #dir: string;
  /** Begins the names of what is on its way to this server. */
  readonly #arriving = `arriving-${randomBytes(4).toString('hex')}-`;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Bytes that are free on its disk. */
  async freeBytes(): Promise<number> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(this.#dir);
    return bavail * bsize;
  }

  /**
   * Writes the bytes of a part beside the others and returns how to keep them.
   *
   * @throws {WrongSizeError}
   * @throws {WrongDigestError}
   */
  async receive(
    uploadId: string,
    bytes: Readable,
    expected: { size: number; sha256: string | undefined },
  ): Promise<{ keepAs(number: number): Promise<void>; drop(): Promise<void> }> {
    const folder = this.#folder(uploadId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const arriving = join(folder, this.#arriving + randomBytes(8).toString('hex'));
    const drop = () => rm(arriving, { force: true });
    try {
      const { size, sha256 } = await writeHashed(arriving, flowing(bytes), expected.size);
      if (size !== expected.size) throw new WrongSizeError('too few bytes');
      if (expected.sha256 !== undefined && sha256 !== expected.sha256)
        throw new WrongDigestError('other bytes');
      return {
        drop,
        keepAs: async (number) => {
          const known = (await this.list(uploadId)).get(number);
          await rename(arriving, join(folder, `${number}-${sha256}`));
          if (known && known.sha256 !== sha256) await rm(known.file, { force: true });
        },
      };
    } catch (error) {
      // What still comes is dropped: the next request on the connection waits behind it.
      bytes.resume();
      await drop();
      throw error;
    }
  }

  /** Parts of an upload that have arrived, by number. */
  async list(uploadId: string): Promise<Map<number, StagedPart>> {
    const folder = this.#folder(uploadId);
    const parts = new Map<number, StagedPart>();
    for (const name of await readNames(folder)) {
      const [, number, sha256] = /^(\d+)-([0-9a-f]{64})$/.exec(name) ?? [];
      if (sha256) parts.set(Number(number), { sha256, file: join(folder, name) });
    }
    return parts;
  }

  /** Bytes of a part. */
  open(part: StagedPart): AsyncIterable<Buffer> {
    return createReadStream(part.file, { highWaterMark: READ_BYTES });
  }

  /** Removes one part, which is then missing. */
  async forget(part: StagedPart): Promise<void> {
    await rm(part.file, { force: true });
  }

  /** Removes what was on its way to a server that was killed. */
  async dropCutOff(uploadId: string): Promise<void> {
    const folder = this.#folder(uploadId);
    for (const name of await readNames(folder)) {
      const isCutOff = name.startsWith('arriving-') && !name.startsWith(this.#arriving);
      if (isCutOff) await rm(join(folder, name), { force: true });
    }
  }

  /** Removes all of an upload. */
  async remove(uploadId: string): Promise<void> {
    await rm(this.#folder(uploadId), { recursive: true, force: true });
  }

  /** Uploads of which there is something. */
  folders(): Promise<string[]> {
    return readNames(this.#dir);
  }

  #folder(uploadId: string): string {
    return join(this.#dir, uploadId);
  }
}

/** Bytes of a part that are read at a time. */
export const READ_BYTES = 1024 * 1024;
/** Pieces are written together in bursts of this many bytes: each write is a trip to another thread. */
const BURST_BYTES = 1024 * 1024;

/** Writes bytes to a new file and returns how many there were, and their digest. */
async function writeHashed(
  path: string,
  bytes: AsyncIterable<Buffer>,
  mostBytes: number,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  let burst: Buffer[] = [];
  let burstBytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    const writeBurst = async () => {
      await writeAll(file, burst, burstBytes);
      for (const piece of burst) giveBack(piece);
      burst = [];
      burstBytes = 0;
    };
    for await (const piece of bytes) {
      size += piece.length;
      if (size > mostBytes) throw new WrongSizeError('too many bytes');
      hash.update(piece);
      burst.push(piece);
      burstBytes += piece.length;
      if (burstBytes >= BURST_BYTES) await writeBurst();
    }
    await writeBurst();
  } finally {
    await file.close();
  }
  return { size, sha256: hash.digest('hex') };
}

async function writeAll(file: FileHandle, pieces: Buffer[], length: number): Promise<void> {
  if (length === 0) return;
  const { bytesWritten } = await file.writev(pieces);
  // A disk that is nearly full takes a part of it; the next write says so.
  if (bytesWritten < length) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
