import type {
  TemplateAlias,
  TemplateClaim,
  TemplateNamespace,
  TemplateTagInfo as WireTag,
  Template as WireTemplate,
} from '@nullspace/contract';
import { Client } from '../client/client.ts';
import { date } from '../client/date.ts';
import type { CallOptions, ClientOptions } from '../client/options.ts';
import { readTemplate } from './read-template.ts';
import { refPath, segment } from './ref-path.ts';
import type { TemplateInfo } from './types.ts';

type Options = ClientOptions & CallOptions;

/** A tag and the build that it points to. */
export interface TemplateTag {
  tag: string;
  buildId: string;
  createdAt: Date | undefined;
}

/** A name that is kept for its holder. */
export interface TemplateNameClaim {
  claimToken: string;
  canonicalRef: string;
  expiresAt: Date | undefined;
}

export async function fetchTags(ref: string, options: Options): Promise<TemplateTag[]> {
  const tags = await call<WireTag[]>('GET', `${refPath(ref)}/tags`, options);
  return tags.map((wire) => ({ tag: wire.tag, buildId: wire.build_id, createdAt: date(wire.created_at) }));
}

export async function setTags(ref: string, tags: string[], options: Options): Promise<TemplateInfo> {
  return readTemplate(await call<WireTemplate>('POST', `${refPath(ref)}/tags`, options, { tags }));
}

export function deleteTag(ref: string, tag: string, options: Options): Promise<void> {
  return call('DELETE', `${refPath(ref)}/tags/${segment('tag', tag)}`, options);
}

export async function fetchAliases(
  ref: string,
  options: Options,
): Promise<{ aliasRef: string; createdAt: Date | undefined }[]> {
  const aliases = await call<TemplateAlias[]>('GET', `${refPath(ref)}/aliases`, options);
  return aliases.map((wire) => ({ aliasRef: wire.alias_ref, createdAt: date(wire.created_at) }));
}

export function deleteAlias(ref: string, alias: string, options: Options): Promise<void> {
  return call('DELETE', `${refPath(ref)}/aliases/${segment('alias', alias)}`, options);
}

export async function renameTemplate(ref: string, newName: string, options: Options): Promise<TemplateInfo> {
  const body = { new_name: newName };
  return readTemplate(await call<WireTemplate>('POST', `${refPath(ref)}/rename`, options, body));
}

export async function setVisibility(
  ref: string,
  visibility: 'private' | 'public',
  options: Options,
): Promise<TemplateInfo> {
  return readTemplate(
    await call<WireTemplate>('PATCH', `${refPath(ref)}/visibility`, options, { visibility }),
  );
}

export async function claimName(ref: string, options: Options): Promise<TemplateNameClaim> {
  const wire = await call<TemplateClaim>('POST', '/v1/templates/claims', options, { template_ref: ref });
  return {
    claimToken: wire.claim_token,
    canonicalRef: wire.canonical_ref,
    expiresAt: date(wire.expires_at),
  };
}

export function releaseClaim(token: string, options: Options): Promise<void> {
  return call('DELETE', `/v1/templates/claims/${segment('claim', token)}`, options);
}

export async function fetchNamespace(
  slug: string,
  options: Options,
): Promise<{ slug: string; kind: 'system' | 'user' | 'deployment'; isDefault: boolean }> {
  const path = `/v1/templates/namespaces/${segment('namespace', slug)}`;
  const wire = await call<TemplateNamespace>('GET', path, options);
  return { slug: wire.slug, kind: wire.kind, isDefault: wire.is_default };
}

/** One call of its own client. */
export function call<T>(method: string, path: string, options: Options, json?: unknown): Promise<T> {
  return new Client(options).json<T>(method, path, { signal: options.signal, json });
}
