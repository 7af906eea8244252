import type { ReadinessProbe } from './readiness.ts';
import type { RegistryAuth } from './registry-auth.ts';
import type { BuildSecret } from './secrets.ts';
import type { Step } from './steps.ts';

/** A template before it is built: exactly one of `baseImage` and `dockerfile`, and what follows it. */
export interface TemplateDefinition {
  baseImage?: string;
  dockerfile?: string;
  /** Where the Dockerfile lies, which is not part of its own context. */
  dockerfilePath?: string;
  /** Folder that copies read from. */
  contextPath?: string;
  ignorePatterns: string[];
  auth?: RegistryAuth;
  steps: Step[];
  buildEnvs: Record<string, string>;
  runtimeEnvs: Record<string, string>;
  startCmd?: string;
  readiness?: ReadinessProbe;
  user?: string;
  workdir?: string;
  secrets: BuildSecret[];
}

/** Where files of a template come from. */
export interface ContextOptions {
  /** Folder that copies read from. @default the working directory; for a Dockerfile its own folder */
  fileContextPath?: string;
  /** Patterns of files to leave out, beside those in `.dockerignore`. @default none */
  fileIgnorePatterns?: string[];
}

export function emptyDefinition(
  start: Partial<TemplateDefinition>,
  { fileContextPath, fileIgnorePatterns }: ContextOptions,
): TemplateDefinition {
  return {
    ignorePatterns: fileIgnorePatterns ?? [],
    steps: [],
    buildEnvs: {},
    runtimeEnvs: {},
    secrets: [],
    ...start,
    ...(fileContextPath === undefined ? {} : { contextPath: fileContextPath }),
  };
}
