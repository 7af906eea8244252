import { SandboxError } from '../errors/sandbox-error.ts';

/** Waits before each attempt to reach again what a broken connection was about, in milliseconds. */
export const reconnectPausesMs = [0, 250, 500, 1000, 2000, 4000, 5000, 5000, 5000];

/** Failures of the way to the guest, which may be over when it is tried again. */
export const passingCodes = new Set([
  'host_unavailable',
  'guest_unavailable',
  'internal_error',
  'transport_error',
  'timeout',
]);

/** Whether the same may work a moment later. */
export function isPassing(error: unknown): boolean {
  return error instanceof SandboxError && passingCodes.has(error.code);
}
