import type { ExistsResult, ReadFileResult, FileInfo as WireFileInfo } from '@nullspace/contract';
import type { CallOptions } from '../client/options.ts';
import { queryString } from '../client/query.ts';
import { downloadDirectory } from '../downloads/download-directory.ts';
import { downloadFile } from '../downloads/download-file.ts';
import type { DirectoryDownload, DownloadOptions } from '../downloads/types.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { isLocalDirectory } from '../uploads/local-file.ts';
import { resumeUpload } from '../uploads/resume-upload.ts';
import { abortUpload } from '../uploads/sessions.ts';
import type {
  ResumeUploadOptions,
  UploadDirectoryOptions,
  UploadFileOptions,
  UploadResult,
  UploadSourceInput,
} from '../uploads/types.ts';
import { uploadDirectory } from '../uploads/upload-directory.ts';
import { uploadFile } from '../uploads/upload-file.ts';
import { type DownloadUrlOptions, mintDownloadUrl, mintUploadUrl } from './minted-urls.ts';
import { readFileInfo } from './read-info.ts';
import { findText, replaceText, searchFiles } from './search.ts';
import type {
  FileContent,
  FileInfo,
  FileOptions,
  ListFilesOptions,
  NewFile,
  TextMatch,
  UploadUrl,
} from './types.ts';
import { FileWatch, type WatchOptions } from './watch.ts';
import { writeFile } from './write.ts';
import { writeFiles } from './write-many.ts';

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

  /**
   * Writes many files with one request; missing directories are made.
   * @returns The files in their order. @throws BatchWriteError when some failed: the others are written.
   */
  writeMany(files: readonly NewFile[], options: FileOptions = {}): Promise<FileInfo[]> {
    return writeFiles(this.#scope, files, options);
  }

  /**
   * Searches the contents of text files, at most 1,000 matches.
   * @param path a file, or a directory with all below it @param pattern a regular expression in the syntax of RE2
   */
  find(path: string, pattern: string, options: FileOptions = {}): Promise<TextMatch[]> {
    return findText(this.#scope, path, pattern, options);
  }

  /** Searches names. @param pattern a shell pattern for the last part of a path, e.g. `*.py` @returns absolute paths */
  search(path: string, pattern: string, options: FileOptions = {}): Promise<string[]> {
    return searchFiles(this.#scope, path, pattern, options);
  }

  /** Replaces a literal text wherever it stands in the files. @returns how many places were changed */
  replace(
    files: readonly string[],
    pattern: string,
    replacement: string,
    options: FileOptions = {},
  ): Promise<number> {
    return replaceText(this.#scope, files, pattern, replacement, options);
  }

  /**
   * Watches a directory. Resolves when the watch stands: what happens from then on is seen. Iterate it, and close it
   * or let `await using` do so.
   */
  watch(path: string, options: WatchOptions = {}): Promise<FileWatch> {
    return FileWatch.open(this.#scope, path, options);
  }

  /** An address that serves a file by GET, without the API key, for 15 minutes. */
  downloadUrl(path: string, options: DownloadUrlOptions = {}): Promise<string> {
    return mintDownloadUrl(this.#scope, path, options);
  }

  /** An address that takes a file by PUT, without the API key, for 15 minutes. */
  uploadUrl(path: string, options: FileOptions = {}): Promise<UploadUrl> {
    return mintUploadUrl(this.#scope, path, options);
  }

  /**
   * Uploads a local file, bytes or a stream; above 8 MiB in parts that survive broken connections. A local directory
   * is uploaded as by `uploadDirectory`.
   * @param destination file, or a directory that ends with a slash @default the name of the source
   * @throws SandboxError with `details.upload_id`, with which `resumeUpload` goes on
   */
  async upload(
    source: UploadSourceInput,
    destination?: string,
    options: UploadFileOptions = {},
  ): Promise<UploadResult> {
    if (typeof source === 'string' && options.resumable === undefined && (await isLocalDirectory(source)))
      return uploadDirectory(this.#scope, source, destination, options);
    return uploadFile(this.#scope, source, destination, options);
  }

  /**
   * Uploads a local directory as an archive that is unpacked inside the sandbox, whole or not at all. What
   * `.nullspaceignore` in it names stays away.
   */
  uploadDirectory(
    source: string,
    destination?: string,
    options: UploadDirectoryOptions = {},
  ): Promise<UploadResult> {
    return uploadDirectory(this.#scope, source, destination, options);
  }

  /** Goes on with an upload that broke off, also from another program. The source must be the same. */
  resumeUpload(
    uploadId: string,
    source: UploadSourceInput,
    options: ResumeUploadOptions = {},
  ): Promise<UploadResult> {
    return resumeUpload(this.#scope, uploadId, source, options);
  }

  /** Gives up an upload that broke off, and frees its space. */
  abortUpload(uploadId: string, options: CallOptions = {}): Promise<void> {
    return abortUpload(this.#scope, uploadId, options);
  }

  /** Writes a file of the sandbox to a local one. @returns how many bytes it has */
  download(path: string, localPath: string, options: DownloadOptions = {}): Promise<number> {
    return downloadFile(this.#scope, path, localPath, options);
  }

  /** Unpacks a directory of the sandbox into a local one, which is made if it is missing. */
  downloadDirectory(
    path: string,
    localPath: string,
    options: DownloadOptions = {},
  ): Promise<DirectoryDownload> {
    return downloadDirectory(this.#scope, path, localPath, options);
  }

  #post<T>(route: string, body: object, { user, ...call }: FileOptions): Promise<T> {
    const json = { ...body, user: user ?? null };
    return this.#scope.client.json<T>('POST', `${this.#scope.path}/files/${route}`, { ...call, json });
  }
}
