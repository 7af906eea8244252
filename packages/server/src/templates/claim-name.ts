import { type TemplateClaim, templateName } from '@nullspace/contract';
import { ApiError, invalidField } from '../api-error.ts';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import { BUILTIN_NAMESPACE, DEFAULT_TAG, isReserved } from './builtin.ts';
import { namespaceOf } from './namespace-of.ts';
import { parseRef } from './parse-ref.ts';

/** How long a name stays reserved for a build that does not come. */
const CLAIM_MS = 10 * 60_000;

/**
 * Reserves a name for the build that brings the token.
 *
 * @throws {ApiError} `conflict` when it is reserved already or is that of a built-in template, `invalid_request`.
 */
export async function claimName(
  { store }: Context,
  { tenantId, ref }: { tenantId: string; ref: string },
): Promise<TemplateClaim> {
  const parsed = parseRef(ref);
  if (!parsed || parsed.byId || !templateName.safeParse(parsed.name).success) {
    throw invalidField('template_ref', 'must be a name or namespace/name, with or without a tag');
  }
  const { name, namespace, qualifier = DEFAULT_TAG } = parsed;
  const own = await namespaceOf(store, tenantId);
  if (namespace !== undefined && namespace !== own) {
    throw invalidField('template_ref', `names can be reserved in the namespace ${own} only`);
  }
  requireFreeName(name);
  const now = Date.now();
  const token = makeId('template_claim');
  const expiresAt = now + CLAIM_MS;
  if (!(await store.claimTemplateName({ token, tenantId, name, expiresAt, now }))) throw nameTaken(name);
  return {
    claim_token: token,
    canonical_ref: `${own}/${name}:${qualifier}`,
    expires_at: new Date(expiresAt).toISOString(),
  };
}

/** The answer to whoever wants a name that somebody has reserved. */
export function nameTaken(name: string): ApiError {
  return new ApiError(
    'conflict',
    {
      problem: `The template name ${name} is reserved; use another one, or try again in ${CLAIM_MS / 60_000} minutes`,
    },
    { details: { name } },
  );
}

/** Refuses the names of built-in templates. */
export function requireFreeName(name: string): void {
  if (!isReserved(name)) return;
  throw new ApiError(
    'conflict',
    { problem: `The template name ${name} belongs to a built-in template (${BUILTIN_NAMESPACE}/${name})` },
    { details: { name } },
  );
}
