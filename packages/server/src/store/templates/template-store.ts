import type { JsonValue } from '../records.ts';
import type { DeleteTagResult } from './change-template.ts';
import type { NameClaim } from './claims.ts';
import type { DeleteTemplateResult } from './delete-template.ts';
import type { ExpiryRule } from './expire-builds.ts';
import type { InsertBuildResult } from './insert-build.ts';
import type { Namespace } from './namespaces.ts';
import type {
  BuildChange,
  BuildQuery,
  BuildResult,
  BuildStatus,
  LayerUse,
  LogLine,
  NewBuild,
  StoredAlias,
  StoredBuild,
  StoredLayer,
  StoredTag,
  StoredTemplate,
  TemplateVisibility,
} from './template.ts';

/** What the server remembers of templates and their builds. The promises of `Store` hold for each verb. */
export interface TemplateStore {
  /** The namespace of a tenant: the first of these that is free, the first time that it is asked for. */
  ensureNamespace(request: { tenantId: string; slugs: Iterable<string> }): Promise<string>;
  findNamespace(slug: string): Promise<Namespace | undefined>;

  /** A template of any tenant. */
  findTemplate(id: string): Promise<StoredTemplate | undefined>;
  /** A tenant's template of that name, or else the one that had it. */
  findTemplateByName(address: { tenantId: string; name: string }): Promise<StoredTemplate | undefined>;
  /** Templates of a tenant that can be used, by name. */
  listTemplates(tenantId: string): Promise<StoredTemplate[]>;
  /** Tags by name. */
  listTags(templateId: string): Promise<StoredTag[]>;
  /** Points tags at a ready build. False: the template, the build or what it has made is gone. */
  setTags(tags: { templateId: string; buildId: string; tags: string[]; now: number }): Promise<boolean>;
  deleteTag(address: { templateId: string; tag: string; now: number }): Promise<DeleteTagResult>;
  setVisibility(change: {
    id: string;
    visibility: TemplateVisibility;
    now: number;
  }): Promise<StoredTemplate | undefined>;
  /** Renames a template; its old name becomes an alias. `taken`: another one has the name or had it. */
  renameTemplate(change: {
    id: string;
    tenantId: string;
    name: string;
    now: number;
  }): Promise<StoredTemplate | 'taken' | undefined>;
  /** Former names, oldest first. */
  listTemplateAliases(templateId: string): Promise<StoredAlias[]>;
  deleteTemplateAlias(address: { templateId: string; name: string }): Promise<boolean>;
  /** Deletes a template with its builds, unless something uses it. Undefined: there is none. */
  deleteTemplate(address: { id: string; tenantId: string }): Promise<DeleteTemplateResult>;

  /** Reserves a name. False: somebody has reserved it. */
  claimTemplateName(claim: NameClaim & { now: number }): Promise<boolean>;
  releaseTemplateClaim(claim: { token: string; tenantId: string }): Promise<void>;

  /** Inserts a build as waiting, and its template when there is none of that name. */
  insertBuild(options: {
    build: NewBuild;
    template: { id: string; name: string };
    definition: unknown;
    claimToken?: string | undefined;
    maxUnfinished: number;
  }): Promise<InsertBuildResult>;
  /** A build of any tenant. */
  findBuild(id: string): Promise<StoredBuild | undefined>;
  /** Builds of a template, newest first. */
  listBuilds(query: BuildQuery): Promise<StoredBuild[]>;
  /** Builds that wait or run, of all tenants, oldest first. */
  listUnfinishedBuilds(): Promise<StoredBuild[]>;
  readDefinition(buildId: string): Promise<unknown>;
  /** Undefined: the build is in none of these states, and nothing was changed. */
  updateBuild(
    id: string,
    options: { from: BuildStatus[]; change: BuildChange; now: number; log?: LogLine[] },
  ): Promise<StoredBuild | undefined>;
  /**
   * Records that a build is ready: it can be used, and its tags point to it. Undefined: it is not being built. `lost`:
   * its result was freed with another template, and nothing was changed.
   */
  finishBuild(
    id: string,
    options: { result: BuildResult; resultId?: string; change: BuildChange; now: number; log: LogLine[] },
  ): Promise<StoredBuild | 'lost' | undefined>;
  appendBuildLog(buildId: string, lines: LogLine[]): Promise<void>;
  /** Log entries from an offset on. */
  readBuildLog(query: { buildId: string; offset: number; limit: number }): Promise<LogLine[]>;
  /** Offset that the next entry gets. */
  nextLogOffset(buildId: string): Promise<number>;
  /** Ids of ready builds of all templates that are old and that no tag points to. */
  listOldBuilds(rule: ExpiryRule): Promise<string[]>;
  /**
   * Takes the result from such a build unless something needs it. Answers with what nothing else names, for the host to
   * free; undefined: nothing.
   */
  expireBuild(options: { id: string; unchangedSince: number; now: number }): Promise<BuildResult | undefined>;
  /** Whether a ready build or something kept from builds needs a root image. */
  isImageNeeded(image: string): Promise<boolean>;

  /** One that is ready, and notes that it was used. */
  useLayer(use: { id: string; now: number }): Promise<StoredLayer | undefined>;
  /** Notes that the host is about to make one, so that it is not taken for forgotten. Repeating it is harmless. */
  beginLayer(layer: Pick<StoredLayer, 'id' | 'tenantId' | 'kind' | 'createdAt'>): Promise<void>;
  finishLayer(layer: { id: string; value: JsonValue; sizeBytes: number; now: number }): Promise<void>;
  /** Forgets one; with `unusedSince`, only if it was not used since then. False: there is none. */
  deleteLayer(id: string, options?: { unusedSince?: number | undefined }): Promise<boolean>;
  /** All of them, the longest unused first. */
  listLayers(): Promise<StoredLayer[]>;
  /** What kept artifacts take, by kind. */
  measureLayers(): Promise<LayerUse[]>;
  /** Ids of the snapshots with started services that builds have as their results. */
  listResultSnapshots(): Promise<Set<string>>;
  /** Ids of snapshots on the host that builds need: layers, and the started services of templates. */
  listTemplateSnapshots(): Promise<Set<string>>;
}
