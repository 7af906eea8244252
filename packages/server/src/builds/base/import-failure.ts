import type { HostError } from '@nullspace/host';
import { BuildFailure } from '../build-failure.ts';

/** Why an image was not imported, as the caller sees it. */
export function importFailure(
  reference: string,
  refusal: HostError | undefined,
  cause: unknown,
): BuildFailure {
  const message = refusal?.message || `${reference} could not be imported`;
  const reason = refusal?.code ?? 'import_failed';
  const details = { reference, reason };
  switch (refusal?.code) {
    case 'registry_unauthorized':
      return new BuildFailure('auth', message, {
        code: 'unauthorized',
        action: 'Give the credentials of the registry with the base image.',
        details,
        cause,
      });
    case 'registry_unreachable':
      return new BuildFailure('prepare', message, {
        action: 'Check the name of the registry and whether it answers, and build again.',
        retryable: true,
        details,
        cause,
      });
    case 'image_not_in_registry':
      return new BuildFailure('prepare', message, { action: 'Check the name and the tag.', details, cause });
    case 'image_unsupported':
      return new BuildFailure('prepare', message, {
        action: 'Use an image for the architecture of the host.',
        details: { ...details, reason: 'oci_unsupported_platform' },
        cause,
      });
    case 'image_too_large':
    case 'disk_full':
      return new BuildFailure('prepare', message, {
        action: 'Free disk of the host, or use a smaller image.',
        details,
        cause,
      });
    default:
      return new BuildFailure('prepare', message, {
        retryable: true,
        action: 'Build again.',
        details,
        cause,
      });
  }
}
