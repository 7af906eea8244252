import { createHash } from 'node:crypto';

/** Tells the things of one installation on a machine from those of another: six hexadecimal digits. */
export function installationSuffix(dataDir: string): string {
  return createHash('sha256').update(dataDir).digest('hex').slice(0, 6);
}
