import type { CallOptions } from '../client/options.ts';

/** What can be uploaded as a file. A string is the path of a local file, which needs Node. */
export type UploadSourceInput =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** How far an upload is. */
export interface UploadProgress {
  phase: 'preparing' | 'uploading' | 'retrying' | 'completing' | 'completed';
  /** Bytes that have arrived. */
  bytesDone: number;
  /** Undefined while it is not known. */
  bytesTotal: number | undefined;
  /** Of a resumable upload, to go on with `resumeUpload` after a failure. */
  uploadId: string | undefined;
}

interface CommonUploadOptions extends CallOptions {
  /** Account that the target belongs to and whose home relative paths start at. @default root */
  user?: string;
  /** Called as the upload goes on. An error that it throws ends the upload. */
  onProgress?: (progress: UploadProgress) => void;
  /** Parts of a resumable upload that are sent at once. @default what the server allows */
  concurrency?: number;
}

export interface UploadFileOptions extends CommonUploadOptions {
  /**
   * Whether it is sent in parts, each with a checksum, that go on after a broken connection or a restart of the
   * server. @default 'auto': above 8 MiB. A stream is then first written to a temporary file
   */
  resumable?: boolean | 'auto';
}

export interface UploadDirectoryOptions extends CommonUploadOptions {
  /**
   * When the target exists: `merge` keeps what else is in it, `replace` removes it first, `error` refuses.
   * @default 'merge'
   */
  conflict?: 'merge' | 'replace' | 'error';
  /** Further patterns to leave out, as in a .gitignore; those of `.nullspaceignore` in the directory count first. */
  ignore?: readonly string[];
}

export interface ResumeUploadOptions extends Omit<CommonUploadOptions, 'user'> {
  /** The patterns that the directory was uploaded with. */
  ignore?: readonly string[];
}

export interface UploadResult {
  kind: 'file' | 'directory';
  /** Absolute path in the sandbox. */
  path: string;
  /** Bytes of the file, or of all files of the directory. */
  bytes: number;
  /** 1, or of a directory its files and symbolic links. */
  files: number;
  transport: 'direct' | 'resumable';
  resumed: boolean;
  /** Of a resumable upload. */
  uploadId: string | undefined;
}
