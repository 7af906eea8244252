import type { Upload } from '../store/uploads/upload.ts';

/** Number of parts that an upload has. */
export function countParts({ contentLength, partSize }: Pick<Upload, 'contentLength' | 'partSize'>): number {
  return Math.ceil(contentLength / partSize);
}

/** Bytes of one part: all are of the same size but the last. */
export function partBytes(upload: Pick<Upload, 'contentLength' | 'partSize'>, number: number): number {
  return Math.min(upload.partSize, upload.contentLength - number * upload.partSize);
}

/** Lowest part that is missing; null: none is. */
export function firstMissing(
  upload: Pick<Upload, 'contentLength' | 'partSize'>,
  parts: ReadonlyMap<number, unknown>,
): number | null {
  const count = countParts(upload);
  for (let number = 0; number < count; number++) if (!parts.has(number)) return number;
  return null;
}
