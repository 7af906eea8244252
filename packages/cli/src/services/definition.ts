import type { Account } from './account.ts';
import type { Program } from './launch.ts';

/** A background service of an installation. */
export interface ServiceDefinition {
  /** Name in records, logs and messages. */
  name: string;
  program: Program;
  /** Account it runs as; undefined: the caller's. */
  account?: Account;
  /** Folder of what can be rebuilt. */
  cacheDir: string;
  /** Environment variable that names the folder of its compile cache. @default NODE_COMPILE_CACHE */
  cacheVariable?: string;
  /** Digest of its code and settings. */
  fingerprint: string;
  /** How long its start may take, in milliseconds. */
  readyMs: number;
  /** How long its end may take before it is killed, in milliseconds. */
  endMs: number;
}

/** Where services of one installation leave their traces. */
export interface ServiceFolders {
  runDir: string;
  logsDir: string;
}
