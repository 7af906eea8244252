import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '@nullspace/service';
import * as z from 'zod';
import { HostError } from '../errors.ts';

export const digestPattern = /^sha256-[0-9a-f]{64}$/;
export const imageNamePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;

const catalogFile = z.record(
  z.string().regex(imageNamePattern),
  z.strictObject({ digest: z.string().regex(digestPattern), size_bytes: z.number().int().min(0) }),
);

/** Names of installed images. Others have none: they were made of builds or of images of registries. */
export type ImageList = z.infer<typeof catalogFile>;

/** Installed images of a data folder, read again when another process changed them. */
export class ImageCatalog {
  readonly folder: string;
  readonly #held = new Map<string, number>();
  readonly #going = new Set<string>();
  #images: ImageList = {};
  #stamp = '';

  constructor(folder: string) {
    this.folder = folder;
  }

  get #file(): string {
    return join(this.folder, 'images.json');
  }

  async list(): Promise<ImageList> {
    const found = await stat(this.#file, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!found) return {};
    const stamp = `${found.ino} ${found.mtimeNs}`;
    if (stamp !== this.#stamp) {
      this.#images = catalogFile.parse(JSON.parse(await readFile(this.#file, 'utf8')));
      this.#stamp = stamp;
    }
    return this.#images;
  }

  /**
   * Path of an installed image.
   *
   * @throws {HostError} `image_not_found`
   */
  async locate(digest: string): Promise<string> {
    const path = this.pathOf(digest);
    const there = !this.#going.has(digest) && (await stat(path).catch(() => undefined));
    if (there) return path;
    const names = Object.keys(await this.list()).join(', ') || 'none';
    throw new HostError(
      'image_not_found',
      `image ${digest} is not installed on this host (names: ${names}); import or build it again, or add it with "images add"`,
      { field: 'spec.image' },
    );
  }

  /** Keeps an image from being removed until the answer is disposed. */
  hold(digest: string): Disposable {
    this.#held.set(digest, (this.#held.get(digest) ?? 0) + 1);
    return {
      [Symbol.dispose]: () => {
        const left = this.#held.get(digest)! - 1;
        if (left === 0) this.#held.delete(digest);
        else this.#held.set(digest, left);
      },
    };
  }

  isHeld(digest: string): boolean {
    return this.#held.has(digest);
  }

  /** Removes an image. From now on it is not there for any new use; unknown ones are fine. */
  async remove(digest: string): Promise<void> {
    this.#going.add(digest);
    try {
      await rm(this.pathOf(digest), { force: true });
    } finally {
      this.#going.delete(digest);
    }
  }

  pathOf(digest: string): string {
    return join(this.folder, `${digest}.erofs`);
  }

  /** Names an image, durably. The caller holds the lock of the folder. */
  async name(name: string, image: { digest: string; sizeBytes: number }): Promise<void> {
    const images = {
      ...(await this.list()),
      [name]: { digest: image.digest, size_bytes: image.sizeBytes },
    };
    await writeAtomic(this.#file, `${JSON.stringify(images, null, 2)}\n`, { mode: 0o600 });
  }
}
