import { createHash } from 'node:crypto';
import type { BuildAbout, BuildSource } from '../../store/templates/template.ts';
import { isRegistryReference } from '../base/reference.ts';
import type { BuildDefinition } from './definition.ts';

/** What kind of definition it is, and digests that name it. */
export function describeSource(definition: BuildDefinition): {
  source: BuildSource;
  digests: Pick<BuildAbout, 'sourceDigest' | 'contextDigest' | 'dockerfileDigest'>;
} {
  const { dockerfile, files, base, steps } = definition;
  // Values of secrets are no part of a definition, so nothing of them is in its digest.
  const { files: _, ...rest } = definition;
  return {
    source: sourceOf({ dockerfile, base, steps }),
    digests: {
      sourceDigest: digest(JSON.stringify(rest)),
      ...(files.length > 0 ? { contextDigest: digestContext(definition) } : {}),
      ...(dockerfile === undefined ? {} : { dockerfileDigest: digest(dockerfile) }),
    },
  };
}

export function digestContext({ files }: Pick<BuildDefinition, 'files'>): string {
  const lines = files.map(({ path, entry_type, mode, blob_id, content_base64 }) =>
    JSON.stringify([
      path,
      entry_type,
      mode ?? '',
      blob_id ?? (content_base64 && digest(content_base64)) ?? '',
    ]),
  );
  return digest(lines.sort().join('\n'));
}

function sourceOf({
  dockerfile,
  base,
  steps,
}: Pick<BuildDefinition, 'dockerfile' | 'base' | 'steps'>): BuildSource {
  if (dockerfile !== undefined) return 'dockerfile';
  if (steps.length > 0) return 'declarative';
  const isTemplate =
    base !== undefined && !isRegistryReference(base) && /^(nullspace\/|tmpl_)|:tb_/.test(base);
  return isTemplate ? 'template_base' : 'oci_import';
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
