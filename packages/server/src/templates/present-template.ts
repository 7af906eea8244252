import type { Template } from '@nullspace/contract';
import type { InstalledTemplate } from './find-template.ts';

const descriptions: Record<string, string> = {
  base: 'Debian 12 with bash, Python 3, Node.js 24, git, curl, jq and ripgrep',
};

/** A built-in template as the API shows it. */
export function presentTemplate({ name }: InstalledTemplate): Template {
  return {
    id: name,
    name,
    description: descriptions[name] ?? '',
    tags: ['default', 'latest'],
    default_tag: 'default',
    builtin: true,
    canonical_ref: `nullspace/${name}:default`,
    namespace_slug: 'nullspace',
    visibility: 'public',
    runtime_defaults: { default_env_keys: [], default_user: 'root', default_workdir: '/workspace' },
  };
}
