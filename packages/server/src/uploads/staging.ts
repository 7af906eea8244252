import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

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
    bytes: AsyncIterable<Uint8Array>,
    expected: { size: number; sha256: string | undefined },
  ): Promise<{ keepAs(number: number): Promise<void>; drop(): Promise<void> }> {
    const folder = this.#folder(uploadId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const arriving = join(folder, this.#arriving + randomBytes(8).toString('hex'));
    const drop = () => rm(arriving, { force: true });
    const hash = createHash('sha256');
    let size = 0;
    try {
      await pipeline(
        withoutClosing(bytes),
        async function* measure(source: AsyncIterable<Uint8Array>) {
          for await (const chunk of source) {
            size += chunk.length;
            if (size > expected.size) throw new WrongSizeError('too many bytes');
            hash.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(arriving, { mode: 0o600 }),
      );
      if (size !== expected.size) throw new WrongSizeError('too few bytes');
      const sha256 = hash.digest('hex');
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
      if (bytes instanceof Readable) bytes.removeAllListeners('readable').resume();
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
    return createReadStream(part.file, { highWaterMark: 256 * 1024 });
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

/** A body as it comes. A `pipeline` that fails would close its connection before the refusal is out. */
async function* withoutClosing(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes instanceof Readable ? bytes.iterator({ destroyOnReturn: false }) : bytes;
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
