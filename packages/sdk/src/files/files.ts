import type { ExistsResult, ReadFileResult, FileInfo as WireFileInfo } from '@nullspace/contract';
import { queryString } from '../client/query.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { readFileInfo } from './read-info.ts';
import type { FileContent, FileInfo, FileOptions, ListFilesOptions } from './types.ts';
import { writeFile } from './write.ts';

/**
 * `sandbox.files`: files inside a sandbox. Relative paths start at the sandbox's working directory, with `user` at
 * that account's home. Every call throws NotFoundError for a missing path, PermissionError where the account may not,
 * and InvalidRequestError for the wrong kind of file or a malformed path.
 */
export class Files {
  #scope: SandboxScope;

  constructor(scope: SandboxScope) {
    this.#scope = scope;
  }

  /** Content of a text file, as UTF-8. */
  async read(path: string, options: FileOptions = {}): Promise<string> {
    const result = await this.#post<ReadFileResult>('read', { path, encoding: 'utf8' }, options);
    return result.content;
  }

  /** Content of a file. */
  async readBytes(path: string, { user, ...call }: FileOptions = {}): Promise<Uint8Array> {
    const query = queryString({ path, user });
    const response = await this.#scope.client.send('GET', `${this.#scope.path}/file${query}`, {
      ...call,
      read: 'bytes',
    });
    return response.body as Uint8Array;
  }

  /** Content of a file, read no faster than it is taken. Cancel it to stop early. */
  async readStream(path: string, { user, ...call }: FileOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const query = queryString({ path, user });
    const response = await this.#scope.client.send('GET', `${this.#scope.path}/file${query}`, {
      ...call,
      read: 'stream',
    });
    return response.body as ReadableStream<Uint8Array>;
  }

  /**
   * Writes a file whole, replacing what was there and keeping its mode; missing directories are made.
   * @throws QuotaExceededError when the disk is full; the former content stays.
   */
  write(path: string, content: FileContent, options: FileOptions = {}): Promise<FileInfo> {
    return writeFile(this.#scope, path, content, options);
  }

  /** Entries of a directory, sorted by path. @param path @default '/' */
  async list(path = '/', { user, depth, ...call }: ListFilesOptions = {}): Promise<FileInfo[]> {
    const query = queryString({ path, depth, user });
    const entries = await this.#scope.client.json<WireFileInfo[]>(
      'GET',
      `${this.#scope.path}/files${query}`,
      call,
    );
    return entries.map(readFileInfo);
  }

  /** Facts about a file or directory; of a link those of its target, with `symlinkTarget` set. */
  async info(path: string, options: FileOptions = {}): Promise<FileInfo> {
    return readFileInfo(await this.#post<WireFileInfo>('info', { path }, options));
  }

  async exists(path: string, options: FileOptions = {}): Promise<boolean> {
    return (await this.#post<ExistsResult>('exists', { path }, options)).exists;
  }

  /** Makes a directory and those above it. One that is there already is fine. */
  async mkdir(path: string, options: FileOptions = {}): Promise<void> {
    await this.#post('mkdir', { path }, options);
  }

  /** Removes a file, or a directory with all that is in it. */
  async remove(path: string, options: FileOptions = {}): Promise<void> {
    await this.#post('remove', { path }, options);
  }

  /** Renames or moves; replaces a file at the new path and makes missing directories above it. */
  async rename(oldPath: string, newPath: string, options: FileOptions = {}): Promise<FileInfo> {
    return readFileInfo(
      await this.#post<WireFileInfo>('rename', { old_path: oldPath, new_path: newPath }, options),
    );
  }

  /** Sets the mode bits. @param permissions three or four octal digits, e.g. `644` */
  async setPermissions(path: string, permissions: string, options: FileOptions = {}): Promise<void> {
    await this.#post('permissions', { path, permissions }, options);
  }

  #post<T>(route: string, body: object, { user, ...call }: FileOptions): Promise<T> {
    const json = { ...body, user: user ?? null };
    return this.#scope.client.json<T>('POST', `${this.#scope.path}/files/${route}`, { ...call, json });
  }
}
