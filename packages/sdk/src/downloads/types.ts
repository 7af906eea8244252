import type { FileOptions } from '../files/types.ts';

/** How far a download is. */
export interface DownloadProgress {
  bytesDone: number;
  /** Undefined while it is not known. */
  bytesTotal: number | undefined;
}

export interface DownloadOptions extends FileOptions {
  /** Called as the download goes on. An error that it throws ends the download. */
  onProgress?: (progress: DownloadProgress) => void;
}

export interface DirectoryDownload {
  /** Bytes of the archive. */
  bytes: number;
  /** What was left out: links that lead out of the directory, and names with a backslash. */
  leftOut: string[];
}
