import { createHash } from 'node:crypto';

/** Grows when the same operation would make other files than before. */
const GENERATION = 2;

/** Digest of values that JSON can carry; keys of objects count in their order. */
export function keyOf(...parts: unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([GENERATION, ...parts]))
    .digest('hex');
}

/** Id of the snapshot of a layer. Layers of tenants are apart: what one has built says nothing to another. */
export function layerId(tenantId: string, key: string): string {
  return `lay_${keyOf('layer', tenantId, key).slice(0, 40)}`;
}
