import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';

/** A template that the host can start. */
export interface InstalledTemplate {
  name: string;
  /** Digest of its image. */
  image: string;
}

const NAMESPACE = 'nullspace';
const BUILTIN_TAGS = ['default', 'latest'];

/** The templates that are installed on the host. */
export async function listInstalled({ fleet }: Context): Promise<InstalledTemplate[]> {
  return (await fleet.images.list()).map(({ name, digest }) => ({ name, image: digest }));
}

/**
 * Finds the template that a reference means: `name`, `name:tag`, `nullspace/name` or `nullspace/name:tag`.
 *
 * @throws {ApiError} `template_not_found`.
 */
export async function findTemplate(context: Context, ref: string): Promise<InstalledTemplate> {
  const match = /^(?:([^/:]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(ref);
  const [, namespace = NAMESPACE, name, tag = 'default'] = match ?? [];
  if (name !== undefined && namespace === NAMESPACE && BUILTIN_TAGS.includes(tag)) {
    const found = await context.fleet.images.find(name);
    if (found) return { name, image: found.digest };
  }
  const shown = ref.slice(0, 100);
  throw new ApiError('template_not_found', { template: shown }, { details: { template: shown } });
}
