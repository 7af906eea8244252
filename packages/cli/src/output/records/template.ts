import type { TemplateInfo } from 'nullspace';

/** A template as the CLI prints it in JSON: the API's names. */
export function templateRecord(info: TemplateInfo): Record<string, unknown> {
  return {
    id: info.id,
    name: info.name,
    description: info.description,
    tags: info.tags,
    default_tag: info.defaultTag ?? null,
    builtin: info.builtin,
    canonical_ref: info.canonicalRef,
    namespace_slug: info.namespaceSlug ?? null,
    visibility: info.visibility,
    runtime_defaults: {
      default_env_keys: info.runtimeDefaults.envKeys,
      default_user: info.runtimeDefaults.user ?? null,
      default_workdir: info.runtimeDefaults.workdir ?? null,
      start_cmd: info.runtimeDefaults.startCmd ?? null,
    },
  };
}
