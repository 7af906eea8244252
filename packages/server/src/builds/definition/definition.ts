import type { BuildConfig, BuildStep, ContextEntry, RegistryAuth, RuntimeConfig } from '@nullspace/contract';

/** What is to be built, as it is kept for a server that takes the build up. Secrets are no part of it. */
export interface BuildDefinition {
  base: string | undefined;
  dockerfile: string | undefined;
  steps: BuildStep[];
  buildEnvs: Record<string, string>;
  startCmd: string | undefined;
  runtime: RuntimeConfig;
  files: ContextEntry[];
  config: BuildConfig;
  skipCache: boolean;
  /** Ids of the secrets that came with the request. */
  secretIds: string[];
  /** True when credentials for the base image came with the request. */
  needsAuth: boolean;
}

/** What came with a request and is kept in memory alone, until its build has ended. */
export interface BuildSecrets {
  secrets: Map<string, string>;
  auth: RegistryAuth | undefined;
}

export const noSecrets: BuildSecrets = { secrets: new Map(), auth: undefined };
