import type { HostError } from '@nullspace/host';
import { BuildFailure } from '../build-failure.ts';

/** A refusal of the host in the middle of a build. */
export function fromHost(refusal: HostError): BuildFailure {
  const { code, message } = refusal;
  const details = { reason: code };
  switch (code) {
    case 'capacity_exceeded':
      return new BuildFailure('prepare', `There is no room for the build: ${message}`, {
        action: 'Wait until sandboxes have ended, or build with less memory and fewer vCPUs.',
        retryable: true,
        details,
        cause: refusal,
      });
    case 'disk_full':
      return new BuildFailure('finalize', `The disk of the host is full: ${message}`, {
        action: 'Delete templates and snapshots, and build again.',
        retryable: true,
        details,
        cause: refusal,
      });
    case 'snapshot_failed':
      return new BuildFailure('snapshot', message, {
        retryable: true,
        action: 'Build again.',
        details,
        cause: refusal,
      });
    case 'assemble_failed':
      return new BuildFailure('finalize', message, {
        retryable: true,
        action: 'Build again.',
        details,
        cause: refusal,
      });
    default:
      return new BuildFailure('prepare', message, {
        retryable: true,
        action: 'Build again.',
        details,
        cause: refusal,
      });
  }
}
