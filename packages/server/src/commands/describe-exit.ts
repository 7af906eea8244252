import type { guest } from '@nullspace/proto';

/** Why a guard ended a command; null when none did. A guest's words are not passed on. */
export function readGuard(exit: guest.Exit | undefined): 'memory' | 'processes' | null {
  return exit?.guard === 'memory' || exit?.guard === 'processes' ? exit.guard : null;
}

/** The exit code as callers see it: 124 for a timeout. */
export function readExitCode(exit: guest.Exit | undefined): number {
  if (!exit) return -1;
  return exit.timedOut ? 124 : exit.code;
}

/** Decodes output; bytes that are no UTF-8 become replacement characters. */
export function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
