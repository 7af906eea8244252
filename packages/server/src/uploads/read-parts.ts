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
 * whoever writes them does not publish them. Where there is a checksum of the whole it stands for those of the parts,
 * which are asked when it is wrong.
 */
export async function* readParts(
  staging: Staging,
  upload: Upload,
  parts: ReadonlyMap<number, StagedPart>,
): AsyncGenerator<Buffer, void> {
  const inOrder = [...parts].sort(([a], [b]) => a - b);
  const whole = upload.wholeChecksum ? createHash('sha256') : undefined;
  let last: Buffer | undefined;
  for (const [number, part] of inOrder) {
    const hash = whole ?? createHash('sha256');
    for await (const chunk of staging.open(part)) {
      hash.update(chunk);
      if (last) yield last;
      last = chunk;
    }
    if (!whole && hash.digest('hex') !== part.sha256) throw new DamagedPartError(number, part);
  }
  if (whole && whole.digest('hex') !== upload.wholeChecksum) {
    await findDamage(staging, inOrder);
    throw new WholeChecksumError('the whole is not what was announced');
  }
  if (last) yield last;
}

/** @throws {DamagedPartError} for the first part that is not any more what had arrived. */
async function findDamage(staging: Staging, inOrder: [number, StagedPart][]): Promise<void> {
  for (const [number, part] of inOrder) {
    const hash = createHash('sha256');
    for await (const chunk of staging.open(part)) hash.update(chunk);
    if (hash.digest('hex') !== part.sha256) throw new DamagedPartError(number, part);
  }
}
