import type * as nodeCrypto from 'node:crypto';
import { nodeModule } from '../configuration/runtime.ts';

/** SHA-256 of bytes, in lower-case hexadecimal digits. The web's own copies them to another thread first. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const node = nodeModule<typeof nodeCrypto>('node:crypto');
  if (node) return node.createHash('sha256').update(bytes).digest('hex');
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 of bytes that come piece by piece. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Undefined where the platform cannot calculate piece by piece. */
  digest(): string | undefined;
}

/** The web has no such calculation; without Node the parts alone have checksums. */
export function runningChecksum(): RunningChecksum {
  const hash = nodeModule<typeof nodeCrypto>('node:crypto')?.createHash('sha256');
  return { update: (bytes) => void hash?.update(bytes), digest: () => hash?.digest('hex') };
}
