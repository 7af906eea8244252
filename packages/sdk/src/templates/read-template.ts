import type { Template as WireTemplate } from '@nullspace/contract';
import type { TemplateInfo } from './types.ts';

export function readTemplate(wire: WireTemplate): TemplateInfo {
  const defaults: Partial<WireTemplate['runtime_defaults']> = wire.runtime_defaults ?? {};
  return {
    id: wire.id,
    name: wire.name,
    description: wire.description ?? '',
    tags: wire.tags ?? [],
    defaultTag: wire.default_tag ?? undefined,
    builtin: wire.builtin ?? false,
    canonicalRef: wire.canonical_ref ?? wire.name,
    namespaceSlug: wire.namespace_slug ?? undefined,
    visibility: wire.visibility ?? (wire.builtin ? 'public' : 'private'),
    runtimeDefaults: {
      envKeys: defaults.default_env_keys ?? [],
      user: defaults.default_user ?? undefined,
      workdir: defaults.default_workdir ?? undefined,
      startCmd: defaults.start_cmd ?? undefined,
    },
  };
}
