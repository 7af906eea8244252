import type { BuildLogEntry } from '@nullspace/contract';
import type { JsonValue } from '../records.ts';

export type TemplateVisibility = 'private' | 'public';

/** A template of a tenant: a name for its builds. */
export interface StoredTemplate {
  id: string;
  tenantId: string;
  name: string;
  visibility: TemplateVisibility;
  createdAt: number;
  updatedAt: number;
  /** When its first build became ready; null: it cannot be used yet, and is not shown. */
  publishedAt: number | null;
}

export interface StoredTag {
  tag: string;
  buildId: string;
  createdAt: number;
}

export interface StoredAlias {
  name: string;
  createdAt: number;
}

export type BuildStatus = 'waiting' | 'building' | 'ready' | 'error' | 'cancelled';
export type BuildBackend = 'native' | 'buildkit';
export type BuildSource = 'declarative' | 'dockerfile' | 'oci_import' | 'template_base';

/** What a ready build has made, and what sandboxes of it begin with. */
export interface BuildResult {
  /** Digest of the root image. */
  image: string;
  sizeBytes: number;
  /** Snapshot with the started service; null: sandboxes start cold from the image. */
  snapshotId: string | null;
  /** Environment of the image, before that of the template. Empty: the host's defaults. */
  imageEnv: Record<string, string>;
  /** Environment that every sandbox of it has. */
  envs: Record<string, string>;
  user: string;
  /** Empty: the default of the server. */
  workdir: string;
  shape: { vcpus: number; memoryMb: number; diskMb: number };
  /** As the API shows it. */
  runtimeDefaults: JsonValue;
  ociMetadata: JsonValue;
}

/** What a build says of itself, besides what it is found by. */
export interface BuildAbout {
  sourceDigest?: string;
  contextDigest?: string;
  dockerfileDigest?: string;
  retryOf?: string;
  original?: string;
  config: JsonValue;
  cacheSummary?: Record<string, number>;
}

export interface StoredBuild {
  id: string;
  templateId: string;
  tenantId: string;
  status: BuildStatus;
  backend: BuildBackend;
  source: BuildSource;
  tags: string[];
  about: BuildAbout;
  result: BuildResult | null;
  /** `TemplateErrorDetail` of one that failed. */
  failure: JsonValue;
  createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  cancelRequestedAt: number | null;
  cancellationReason: string | null;
}

export type NewBuild = Pick<
  StoredBuild,
  'id' | 'tenantId' | 'backend' | 'source' | 'tags' | 'about' | 'createdAt'
>;

/** What was learned about a build. An absent field leaves the stored one. */
export type BuildChange = Partial<
  Pick<
    StoredBuild,
    'status' | 'about' | 'failure' | 'startedAt' | 'finishedAt' | 'cancelRequestedAt' | 'cancellationReason'
  >
>;

/** Something that builds take from earlier ones: a layer's snapshot, a final image, an imported base. */
export interface StoredLayer {
  /** Made of the key; of a layer also the id of its snapshot on the host. */
  id: string;
  tenantId: string;
  kind: 'layer' | 'final' | 'snapshot';
  /** False while the host makes it. */
  ready: boolean;
  value: JsonValue;
  sizeBytes: number;
  createdAt: number;
  usedAt: number;
}

export interface LayerUse {
  kind: StoredLayer['kind'];
  count: number;
  bytes: number;
}

export interface BuildQuery {
  templateId: string;
  status?: BuildStatus | undefined;
  backend?: BuildBackend | undefined;
  source?: BuildSource | undefined;
  limit: number;
  /** Builds before this one. */
  before?: { createdAt: number; id: string } | undefined;
}

export type LogLine = BuildLogEntry;
