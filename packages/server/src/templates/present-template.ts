import type { RuntimeDefaults, Template } from '@nullspace/contract';
import { BUILTIN_NAMESPACE, BUILTIN_TAGS, DEFAULT_TAG } from './builtin.ts';
import { type BuiltinTemplate, defaultTag, type OwnTemplate } from './find-template.ts';

const descriptions: Record<string, string> = {
  base: 'Debian 12 with bash, Python 3, Node.js 24, git, curl, jq, ripgrep and rsync',
};

/** A built-in template as the API shows it. */
export function presentBuiltin({ name }: Pick<BuiltinTemplate, 'name'>): Template {
  return {
    id: name,
    name,
    description: descriptions[name] ?? '',
    tags: [...BUILTIN_TAGS],
    default_tag: DEFAULT_TAG,
    builtin: true,
    canonical_ref: `${BUILTIN_NAMESPACE}/${name}:${DEFAULT_TAG}`,
    namespace_slug: BUILTIN_NAMESPACE,
    visibility: 'public',
    runtime_defaults: { default_env_keys: [], default_user: 'root', default_workdir: '/workspace' },
  };
}

/** A tenant's template as the API shows it, with what the given build has to say. */
export function presentOwn({ template, tags, build }: OwnTemplate, namespace: string): Template {
  const tag = defaultTag(tags) ?? DEFAULT_TAG;
  return {
    id: template.id,
    name: template.name,
    description: '',
    tags: tags.map((each) => each.tag),
    default_tag: tag,
    builtin: false,
    canonical_ref: `${namespace}/${template.name}:${tag}`,
    namespace_slug: namespace,
    visibility: template.visibility,
    runtime_defaults: (build.result?.runtimeDefaults ?? {}) as RuntimeDefaults,
  };
}
