import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { JsonValue } from './records.ts';

/** The label by which sandboxes of a template are found. */
export function templateLabel(template: string): string {
  return labelOf(['template', template]);
}

/** The labels by which sandboxes with these pairs are found, one a pair. */
export function metadataLabels(metadata: Record<string, JsonValue>): string[] {
  return Object.keys(metadata).map((key) => labelOf(['metadata', key, canonicalJson(metadata[key]!)]));
}

// A label is 128 bits of a digest: short and alike for values of any size. Who finds two values with the same one
// finds a sandbox too many in a list of their own.
function labelOf(parts: string[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
}
