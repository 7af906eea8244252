import type { OciMetadata, Readiness } from '@nullspace/contract';

/** What the instructions of a stage have set so far. */
export interface BuildState {
  /** Empty: root. */
  user: string;
  /** Empty: the root folder. */
  workdir: string;
  /** Environment over the image's own, of commands and of the template. */
  envs: Record<string, string>;
  /** Variables of the commands alone. */
  args: Record<string, string>;
  shell: string[];
  /** What is started in the template; empty: nothing. */
  start: string;
  /** What tells that it is ready; null: nothing does. */
  readiness: Readiness | null;
  metadata: OciMetadata;
}

export const DEFAULT_SHELL = ['/bin/sh', '-c'];

export function freshState(): BuildState {
  return {
    user: '',
    workdir: '',
    envs: {},
    args: {},
    shell: DEFAULT_SHELL,
    start: '',
    readiness: null,
    metadata: {},
  };
}
