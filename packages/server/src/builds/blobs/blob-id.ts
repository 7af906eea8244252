import { randomWord } from '../../make-id.ts';

/** Prefix of a blob's id; after it comes the digest, and for one that must be sent anew a word of its own. */
const PREFIX = 'blob_';

export interface BlobName {
  sha256: string;
  /** Empty, or what tells apart contents that were uploaded by force. */
  word: string;
}

export function blobIdOf(sha256: string, { fresh = false } = {}): string {
  return `${PREFIX}${sha256}${fresh ? `_${randomWord(8)}` : ''}`;
}

/** Undefined: it is not an id that the preflight gives. */
export function readBlobId(id: string): BlobName | undefined {
  const match = /^blob_([0-9a-f]{64})(?:_([a-z0-9]{8}))?$/.exec(id);
  return match ? { sha256: match[1]!, word: match[2] ?? '' } : undefined;
}
