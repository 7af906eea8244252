import type { CallOptions } from '../client/options.ts';

/** Facts about a file, directory or link inside a sandbox. */
export interface FileInfo {
  /** Last component of the path. */
  name: string;
  /** Absolute path. */
  path: string;
  type: 'file' | 'dir' | 'symlink' | 'fifo' | 'socket' | 'device';
  isDir: boolean;
  /** Bytes; 0 for directories. */
  size: number;
  /** As `ls -l` prints it, e.g. `-rw-r--r--`. */
  mode: string | undefined;
  /** Four octal digits, e.g. `0644`. */
  permissions: string | undefined;
  owner: string | undefined;
  group: string | undefined;
  modifiedTime: Date | undefined;
  symlinkTarget: string | undefined;
}

export interface FileOptions extends CallOptions {
  /**
   * Account inside the sandbox whose home is the base of relative paths, whose rights count, and who owns what is
   * made. @default root's rights; relative paths start at the sandbox's working directory
   */
  user?: string;
}

export interface ListFilesOptions extends FileOptions {
  /** Levels of directories to list. @default 1, the direct children */
  depth?: number;
}

/** What `write` accepts. Strings are written as UTF-8; a stream or iterable is sent as it is read. */
export type FileContent =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** One file of a batch. */
export interface NewFile {
  path: string;
  /** Strings are written as UTF-8. */
  content: string | Uint8Array | ArrayBuffer | Blob;
}

/** A line that matches. */
export interface TextMatch {
  /** Absolute path. */
  file: string;
  /** From 1. */
  line: number;
  /** The line, at most 4 KiB of it. */
  content: string;
}

/** An address that takes one file by PUT. */
export interface UploadUrl {
  url: string;
  /** Part of the address already; only for those who build one of their own. */
  token: string | undefined;
}

/** Something that happened in a watched directory. */
export interface FileEvent {
  /**
   * `overflow`: more happened than could be told, or the connection was lost for a while: look at the directory
   * again. It has no path of its own.
   */
  type: 'create' | 'write' | 'remove' | 'rename' | 'chmod' | 'overflow';
  /** Path relative to the watched directory. */
  name: string;
  /** Absolute path. */
  path: string;
  /** Of a rename within the directory: the path that it had. */
  oldPath: string | undefined;
}
