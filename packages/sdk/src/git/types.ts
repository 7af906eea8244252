import type { CallOptions } from '../client/options.ts';

/** Login for one command; it never reaches the repository's settings. */
export interface GitAuth {
  username: string;
  /** Password or token. */
  password: string;
}

export interface GitOptions extends Pick<CallOptions, 'signal'> {
  /** Repository. @default '/workspace' */
  path?: string;
  /** Seconds after which the command is killed. @default 30 */
  timeoutSecs?: number;
}

export interface GitCloneOptions extends Omit<GitOptions, 'path'> {
  branch?: string;
  /** Commits of history; 1 is the least. @default all */
  depth?: number;
  /** For an https address that needs a login. */
  auth?: GitAuth;
}

export interface GitPullOptions extends GitOptions {
  /** @default 'origin' */
  remote?: string;
  branch?: string;
  auth?: GitAuth;
}

export interface GitPushOptions extends GitPullOptions {
  /** Remember the remote branch as the one to pull from. @default false */
  setUpstream?: boolean;
}

export interface GitCommitOptions extends GitOptions {
  /** Staged before the commit. @default everything that changed */
  files?: readonly string[];
  author?: { name: string; email: string };
}

export interface GitStatus {
  branch: string;
  clean: boolean;
  /** Paths relative to the repository. */
  changedFiles: string[];
}

export interface GitBranches {
  currentBranch: string;
  branches: string[];
}

export type GitConfigOptions = Pick<CallOptions, 'signal'> &
  ({ scope?: 'global'; path?: string } | { scope: 'local'; path: string });
