import { createHash } from 'node:crypto';
import type { Upload } from '../store/uploads/upload.ts';
import type { StagedPart, Staging } from './staging.ts';

/** A part that is not any more what had arrived. */
export class DamagedPartError extends Error {
  readonly number: number;
  readonly part: StagedPart;

  constructor(number: number, part: StagedPart) {
    super(`part ${number} is damaged`);
    this.number = number;
    this.part = part;
  }
}

/** All bytes together are not what was announced. */
export class WholeChecksumError extends Error {}

/**
 * The bytes of an upload from its parts. It throws before the last of them when they are not what they must be, so that
 * whoever writes them does not publish them.
 */
export async function* readParts(
  staging: Staging,
  upload: Upload,
  parts: ReadonlyMap<number, StagedPart>,
): AsyncGenerator<Buffer, void> {
  const whole = createHash('sha256');
  let last: Buffer | undefined;
  for (const [number, part] of [...parts].sort(([a], [b]) => a - b)) {
    const hash = createHash('sha256');
    for await (const chunk of staging.open(part)) {
      hash.update(chunk);
      if (upload.wholeChecksum) whole.update(chunk);
      if (last) yield last;
      last = chunk;
    }
    if (hash.digest('hex') !== part.sha256) throw new DamagedPartError(number, part);
  }
  if (upload.wholeChecksum && whole.digest('hex') !== upload.wholeChecksum) {
    throw new WholeChecksumError('the whole is not what was announced');
  }
  if (last) yield last;
}
