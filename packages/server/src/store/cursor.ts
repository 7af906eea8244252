import type { SandboxCursor } from './store.ts';

/** Writes a place in the list as the opaque text that callers hand back. */
export function encodeCursor({ createdAt, id }: SandboxCursor): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

/** Reads what `encodeCursor` wrote; undefined for any other text. */
export function decodeCursor(text: string): SandboxCursor | undefined {
  try {
    const [createdAt, id, ...rest] = JSON.parse(Buffer.from(text, 'base64url').toString());
    const valid = Number.isSafeInteger(createdAt) && typeof id === 'string' && rest.length === 0;
    return valid && encodeCursor({ createdAt, id }) === text ? { createdAt, id } : undefined;
  } catch {
    return undefined;
  }
}
