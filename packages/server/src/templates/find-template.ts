import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { StoredBuild, StoredTag, StoredTemplate } from '../store/templates/template.ts';
import { BUILTIN_NAMESPACE, BUILTIN_TAGS, DEFAULT_TAG, isReserved } from './builtin.ts';
import { isBuildId, parseRef, type TemplateRef } from './parse-ref.ts';

/** A template that is installed on the host. */
export interface BuiltinTemplate {
  kind: 'builtin';
  name: string;
  /** Digest of its image. */
  image: string;
}

/** A template of a tenant, and the ready build that a reference means. */
export interface OwnTemplate {
  kind: 'own';
  template: StoredTemplate;
  tags: StoredTag[];
  build: StoredBuild;
}

/** The templates that are installed on the host. */
export async function listInstalled({ fleet }: Pick<Context, 'fleet'>): Promise<BuiltinTemplate[]> {
  const images = await fleet.images.list();
  return images.map(({ name, digest }) => ({ kind: 'builtin', name, image: digest }));
}

/**
 * Finds what a reference means to a tenant: a built-in template, one of its own, or a public one of another tenant's
 * namespace.
 *
 * @throws {ApiError} `template_not_found`.
 */
export async function findTemplate(
  context: Pick<Context, 'fleet' | 'store'>,
  { tenantId, ref }: { tenantId: string; ref: string },
): Promise<BuiltinTemplate | OwnTemplate> {
  const parsed = parseRef(ref);
  if (!parsed) throw unknownTemplate(ref);
  const { namespace, name, byId, qualifier = DEFAULT_TAG } = parsed;
  const isBuiltin = !byId && (namespace === undefined || namespace === BUILTIN_NAMESPACE);
  if (isBuiltin) {
    const image = await context.fleet.images.find(name);
    if (image && BUILTIN_TAGS.includes(qualifier)) return { kind: 'builtin', name, image: image.digest };
    if (image || isReserved(name)) {
      const why = image
        ? ''
        : ': the name is reserved for a built-in template that this server does not have';
      throw unknownTemplate(ref, why);
    }
  }
  const template = await findStored(context.store, tenantId, parsed);
  if (!template || template.publishedAt === null) throw unknownTemplate(ref);
  const tags = await context.store.listTags(template.id);
  const build = await findReady(context.store, { template, tags, ref: parsed });
  if (!build) throw unknownTemplate(ref, `: it has no ready build ${qualifier}`);
  return { kind: 'own', template, tags, build };
}

/**
 * Finds a template of the caller's own, whether it has a ready build or not.
 *
 * @throws {ApiError} `forbidden` for a built-in one or another tenant's, `template_not_found`.
 */
export async function findOwn(
  context: Pick<Context, 'fleet' | 'store'>,
  { tenantId, ref }: { tenantId: string; ref: string },
): Promise<{ template: StoredTemplate; ref: TemplateRef }> {
  const parsed = parseRef(ref);
  if (!parsed) throw unknownTemplate(ref);
  if (await isBuiltin(context, parsed)) {
    throw new ApiError('forbidden', { problem: `Template ${parsed.name} is built in and cannot be changed` });
  }
  const template = await findStored(context.store, tenantId, parsed);
  if (!template) throw unknownTemplate(ref);
  if (template.tenantId !== tenantId) {
    throw new ApiError('forbidden', { problem: `Template ${ref.slice(0, 100)} belongs to another tenant` });
  }
  return { template, ref: parsed };
}

/** Whether a reference means a template that came with the server. */
export async function isBuiltin(
  { fleet }: Pick<Context, 'fleet'>,
  { namespace, name, byId }: TemplateRef,
): Promise<boolean> {
  const mayBe = !byId && (namespace === undefined || namespace === BUILTIN_NAMESPACE);
  return mayBe && (await fleet.images.find(name)) !== undefined;
}

/** The tag that a reference without one means. */
export function defaultTag(tags: StoredTag[]): string | undefined {
  const named = [DEFAULT_TAG, 'latest'].find((name) => tags.some(({ tag }) => tag === name));
  return named ?? tags.toSorted((a, b) => b.createdAt - a.createdAt)[0]?.tag;
}

export function unknownTemplate(ref: string, why = ''): ApiError {
  const shown = ref.slice(0, 100);
  return new ApiError('template_not_found', { template: shown, why }, { details: { template: shown } });
}

/** Whether it can be used is not looked at, but whose it is: private ones of others are not there. */
async function findStored(
  store: Context['store'],
  tenantId: string,
  { namespace, name, byId }: TemplateRef,
): Promise<StoredTemplate | undefined> {
  const owner =
    namespace === undefined || namespace === BUILTIN_NAMESPACE
      ? tenantId
      : (await store.findNamespace(namespace))?.tenantId;
  if (owner === undefined) return undefined;
  const found = byId
    ? await store.findTemplate(name)
    : await store.findTemplateByName({ tenantId: owner, name });
  if (!found || (namespace !== undefined && found.tenantId !== owner)) return undefined;
  return found.tenantId === tenantId || found.visibility === 'public' ? found : undefined;
}

async function findReady(
  store: Context['store'],
  { template, tags, ref }: { template: StoredTemplate; tags: StoredTag[]; ref: TemplateRef },
): Promise<StoredBuild | undefined> {
  const buildId = ref.qualifier !== undefined && isBuildId(ref.qualifier) ? ref.qualifier : tagged(tags, ref);
  const build = buildId === undefined ? undefined : await store.findBuild(buildId);
  const isReady = build?.templateId === template.id && build.status === 'ready' && build.result !== null;
  return isReady ? build : undefined;
}

// Clients write a bare name that a template is based on as nullspace/name:latest.
function tagged(tags: StoredTag[], { namespace, qualifier }: TemplateRef): string | undefined {
  const exact = tags.find(({ tag }) => tag === qualifier);
  const isBare =
    qualifier === undefined || (namespace === BUILTIN_NAMESPACE && BUILTIN_TAGS.includes(qualifier));
  return (exact ?? (isBare ? tags.find(({ tag }) => tag === defaultTag(tags)) : undefined))?.buildId;
}
