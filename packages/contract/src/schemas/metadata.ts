import * as z from 'zod';
import { limits } from '../limits.ts';

const encoder = new TextEncoder();

/** Keys that the server adds when it renders a sandbox. */
const reservedKeys = ['volume_attachments', 'shared_volume_mount'];

/** Nesting depth of a JSON value, counted without recursion since callers choose the depth. */
function depthExceeds(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (item !== null && typeof item === 'object' ? Object.values(item) : []));
  }
  return false;
}

/** The caller's labels: any JSON object, returned as it came and filterable by equality of its values. */
export const metadata = z.record(z.string(), z.unknown()).superRefine((labels, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  const keys = Object.keys(labels);
  if (keys.length > limits.metadata_keys) return refuse(`must have at most ${limits.metadata_keys} keys`);
  const reserved = keys.find((key) => reservedKeys.includes(key));
  if (reserved) return refuse(`must not have the key "${reserved}", which the server sets`);
  if (depthExceeds(labels, limits.metadata_depth)) {
    return refuse(`must be nested at most ${limits.metadata_depth} levels deep`);
  }
  const bytes = encoder.encode(JSON.stringify(labels)).length;
  if (bytes > limits.metadata_bytes) {
    refuse(`must be at most ${limits.metadata_bytes} bytes of JSON; it has ${bytes}`);
  }
});
