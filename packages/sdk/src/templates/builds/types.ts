import type { BuildFailure } from '../../errors/build.ts';
import type { TemplateInfo } from '../types.ts';

/** The last three are final. */
export type BuildStatus = 'waiting' | 'building' | 'ready' | 'error' | 'cancelled';

/** One build of a template. */
export interface BuildInfo {
  buildId: string;
  templateId: string;
  name: string;
  tags: string[];
  status: BuildStatus;
  createdAt: Date | undefined;
  updatedAt: Date | undefined;
  queuedAt: Date | undefined;
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
  durationMs: number | undefined;
  buildBackend: 'native' | 'buildkit';
  sourceType: 'declarative' | 'dockerfile' | 'oci_import' | 'template_base';
  /** Names the definition: two equal ones do the work once. */
  sourceDigest: string | undefined;
  contextDigest: string | undefined;
  dockerfileDigest: string | undefined;
  canonicalRef: string | undefined;
  namespaceSlug: string | undefined;
  /** How often each cache was hit, missed, passed by and filled. */
  cacheSummary: Record<string, number>;
  /** Whether sandboxes can be made from it. */
  artifactAvailability: { status: string; reason?: string } | undefined;
  /** Whether a tag may point to it. */
  promotability: { status: string; promotable: boolean; reason?: string } | undefined;
  /** What the base image says of itself. */
  ociMetadata: Record<string, unknown> | undefined;
  /** Its root image, and the snapshot with its started service, as `nullspace host df` names them. */
  artifactIds: string[];
  /** Of its root image, while that is kept. */
  sizeBytes: number | undefined;
  buildConfig: { vcpus?: number; memoryMb?: number; diskMb?: number; internetAccess?: boolean };
  error: string | undefined;
  failure: BuildFailure | undefined;
  retryOfBuildId: string | undefined;
  originalBuildId: string | undefined;
  cancellationReason: string | undefined;
}

/** One entry of a build's log. */
export interface BuildLogEntry {
  buildId: string;
  templateId: string;
  /** Its number, from 0 and without gaps. */
  offset: number;
  timestamp: Date;
  kind: 'start' | 'message' | 'cache' | 'retry' | 'warning' | 'error' | 'cancelled' | 'end';
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  phase: string | undefined;
  /** The step that it belongs to, from 0, of `totalSteps`. */
  stepIndex: number | undefined;
  totalSteps: number | undefined;
  cacheKind: string | undefined;
  cacheStatus: string | undefined;
  cacheReason: string | undefined;
  cacheSubject: string | undefined;
  failure: BuildFailure | undefined;
  /** The template, in the last entry of a build that succeeded. */
  result: TemplateInfo | undefined;
}

/** A build, entries of its log from the asked offset on, and the offset to go on from. */
export interface BuildState {
  build: BuildInfo;
  entries: BuildLogEntry[];
  nextOffset: number;
}

/** A page of builds, the newest first. */
export interface BuildPage {
  builds: BuildInfo[];
  /** Gets the page after this one. */
  nextCursor: string | undefined;
}

/** What a check finds; nothing is built. */
export interface ValidationResult {
  valid: boolean;
  errors: { code: string; message: string; phase?: string }[];
  warnings: string[];
}

/** What a build would do. */
export interface BuildPlan {
  buildPlan: Record<string, unknown>;
  requiresBaseImageAuth: boolean;
  buildBackend: string;
  sourceType: string;
  sourceDigest: string | undefined;
  dockerfileDigest: string | undefined;
  warnings: string[];
  contextManifest: { contextManifestId: string; contextDigest: string; fileCount: number } | undefined;
}
