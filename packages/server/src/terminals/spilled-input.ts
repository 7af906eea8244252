import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What was typed and waits on disk, in its order, in a file that nothing else can open. */
export class SpilledInput {
  #file: FileHandle | undefined;
  #begin = 0;
  #end = 0;
  #adding = false;
  #closed = false;

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#begin;
  }

  /** Bytes that the file takes. */
  get fileBytes(): number {
    return this.#end;
  }

  /** Adds to the end; one call after the other. */
  async add(data: Buffer): Promise<void> {
    this.#adding = true;
    try {
      const file = this.#file ?? (await openUnnamed());
      this.#file = file;
      if (this.#closed) return await this.close();
      for (let at = 0; at < data.length; ) {
        const { bytesWritten } = await file.write(data, at, data.length - at, this.#end + at);
        at += bytesWritten;
      }
      if (!this.#closed) this.#end += data.length;
    } finally {
      this.#adding = false;
    }
  }

  /** Takes up to so many bytes from the front; one call after the other. Nothing after `close`. */
  async take(most: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(most, this.length));
    const file = this.#file;
    if (!file) return buffer.subarray(0, 0);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#begin);
    if (this.#file !== file) return buffer.subarray(0, 0);
    this.#begin += bytesRead;
    if (this.#begin === this.#end && !this.#adding) {
      this.#begin = this.#end = 0;
      await file.truncate(0);
    }
    return buffer.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const file = this.#file;
    this.#file = undefined;
    this.#begin = this.#end = 0;
    await file?.close();
  }
}

async function openUnnamed(): Promise<FileHandle> {
  const path = join(tmpdir(), `nullspace-input-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
