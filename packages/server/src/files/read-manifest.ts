import { type BatchManifest, batchManifest, limits } from '@nullspace/contract';
import { invalidField } from '../api-error.ts';
import { describeZodIssue } from '../app/describe-issue.ts';
import type { Part } from './multipart.ts';

/** The first part of a batch: which part holds which file. */
export async function readManifest(first: IteratorResult<Part, void>): Promise<BatchManifest> {
  if (first.done || first.value.field !== 'manifest') {
    throw invalidField('manifest', 'must be the first part');
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of first.value.content) {
    length += chunk.length;
    if (length > limits.batch_manifest_bytes) {
      throw invalidField('manifest', `must be at most ${limits.batch_manifest_bytes} bytes`);
    }
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw invalidField('manifest', 'must be JSON', { cause: error });
  }
  const result = batchManifest.safeParse(value);
  if (result.success) return result.data;
  const { field, message } = describeZodIssue(result.error.issues[0], '');
  throw invalidField(field === '' ? 'manifest' : `manifest.${field}`, message);
}
