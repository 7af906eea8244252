import { BuildFailure } from '../build-failure.ts';
import type { BuildDefinition, BuildSecrets } from './definition.ts';

/**
 * Refuses to go on without what is never stored.
 *
 * @throws {BuildFailure} When a secret or the credentials that the request had are not there any more.
 */
export function requireGiven(definition: BuildDefinition, { secrets, auth }: BuildSecrets): void {
  const missing = definition.secretIds.filter((id) => !secrets.has(id));
  if (missing.length === 0 && (!definition.needsAuth || auth)) return;
  const what = missing.length > 0 ? `the secrets ${missing.join(', ')}` : 'the credentials of the base image';
  throw new BuildFailure('auth', `The server was restarted and does not keep ${what}`, {
    action: 'Retry the build and give them again.',
    details: { reason: 'secrets_not_kept' },
  });
}
