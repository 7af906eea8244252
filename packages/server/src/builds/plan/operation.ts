import type { FolderMount, SecretMount } from './instruction.ts';

/** One thing that is done to the files of a stage. All of it is fixed before the first one runs. */
export interface Operation {
  /** Names what the files are after it; empty: they are never taken from the cache. */
  key: string;
  /** Why the cache is passed by. */
  bypass?: 'builder_cache_boundary' | 'whole_build_skip_cache' | 'force_upload' | undefined;
  display: string;
  index: number;
  line?: number | undefined;
  action: Action;
}

export type Action =
  | {
      kind: 'run';
      argv: string[];
      user: string;
      workdir: string;
      env: Record<string, string>;
      secrets: SecretMount[];
      folders?: FolderMount[];
    }
  | { kind: 'make_dir'; path: string; user: string }
  | {
      kind: 'copy';
      entries: CopySource[];
      dst: string;
      owner: string;
      mode: number | undefined;
      /** Archives among the files are refused: ADD would unpack them. */
      isAdd?: true;
    }
  | {
      kind: 'copy_stage';
      from: string | number;
      sources: string[];
      dst: string;
      owner: string;
      mode: number | undefined;
    }
  | { kind: 'write'; dst: string; content: string; owner: string; mode: number | undefined };

/** One source of a copy: a file, or a folder with everything below it. */
export interface CopySource {
  /** Last part of its path. */
  name: string;
  isFolder: boolean;
  files: CopyFile[];
}

export interface CopyFile {
  /** Below the folder; empty: the source itself. */
  path: string;
  isFolder: boolean;
  mode: number;
  /** Of files. */
  blobId: string;
}
