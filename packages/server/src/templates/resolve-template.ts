import type { RuntimeDefaults } from '@nullspace/contract';
import type { Context } from '../context.ts';
import { type BuiltinTemplate, findTemplate, type OwnTemplate } from './find-template.ts';

/** Everything that a sandbox needs of its template. */
export interface ResolvedTemplate {
  /** Null: a built-in one. */
  templateId: string | null;
  buildId: string | null;
  name: string;
  /** Digest of the root image. */
  image: string;
  /** Snapshot with the started service, to be restored instead of a cold start; null: none. */
  snapshotId: string | null;
  /** Environment before that of the template. Empty: the host's defaults. */
  imageEnv: Record<string, string>;
  /** Environment of every sandbox of it. */
  envs: Record<string, string>;
  /** Account of commands that name none; empty: root. */
  user: string;
  /** Empty: the server's default. */
  workdir: string;
  /** What is started in it, and what tells that it is ready. */
  runtimeDefaults: RuntimeDefaults;
  /** Shape that a create without one gets; of a template with a snapshot the only one. Null: the server's defaults. */
  shape: { vcpus: number; memoryMb: number; diskMb: number } | null;
}

/**
 * The one way from a reference to what is started: creates and pools use it.
 *
 * @throws {ApiError} `template_not_found`.
 */
export async function resolveTemplate(
  context: Pick<Context, 'fleet' | 'store'>,
  request: { tenantId: string; ref: string },
): Promise<ResolvedTemplate> {
  return toResolved(await findTemplate(context, request));
}

export function toResolved(found: BuiltinTemplate | OwnTemplate): ResolvedTemplate {
  if (found.kind === 'builtin') {
    const { name, image } = found;
    const nothing = { imageEnv: {}, envs: {}, user: '', workdir: '', runtimeDefaults: {}, shape: null };
    return { templateId: null, buildId: null, name, image, snapshotId: null, ...nothing };
  }
  const { template, build } = found;
  if (!build.result) throw new Error(`ready build ${build.id} has no result`);
  const { image, snapshotId, imageEnv, envs, user, workdir, shape } = build.result;
  const runtimeDefaults = build.result.runtimeDefaults as RuntimeDefaults;
  return {
    ...{ templateId: template.id, buildId: build.id, name: template.name },
    ...{ image, snapshotId, imageEnv, envs, user, workdir, runtimeDefaults, shape },
  };
}
