import type { Readable } from 'node:stream';
import { type BatchManifest, type BatchResult, batchManifest, limits } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { ApiError, invalidField } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { describeRefusal } from '../guests/guest-errors.ts';
import { StallTimer } from '../guests/stall-timer.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { toTarget } from './file-calls.ts';
import { type Part, readParts } from './multipart.ts';
import { presentFile } from './present-file.ts';

const CHUNK_BYTES = 256 * 1024;

/** Writes the files of a multipart body as they arrive. One that fails does not touch the others. */
export async function batchWrite(
  context: Context,
  address: SandboxAddress,
  { body, contentType }: { body: Readable; contentType: string | undefined },
): Promise<BatchResult> {
  const parts = readParts(body, contentType);
  try {
    const live = await context.finder.findLive(address);
    const manifest = await readManifest(await parts.next());
    const results = await send(context, live, { manifest, parts });
    return { results: manifest.files.map(({ path }, index) => present(live, path, results[index])) };
  } finally {
    await parts.return();
  }
}

async function readManifest(first: IteratorResult<Part, void>): Promise<BatchManifest> {
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
  const [issue] = result.error.issues;
  throw invalidField(['manifest', ...(issue?.path ?? [])].join('.'), issue?.message ?? 'is wrong');
}

async function send(
  context: Context,
  live: LiveInstance,
  { manifest, parts }: { manifest: BatchManifest; parts: AsyncGenerator<Part, void> },
): Promise<guest.WriteFilesResult[]> {
  const stall = new StallTimer();
  let broken: ApiError | undefined;
  // What breaks the body is the caller's doing and not the guest's; the agent is not waited for meanwhile.
  const take = async <T>(next: () => Promise<T>): Promise<T> => {
    stall.stop();
    try {
      return await next();
    } catch (error) {
      broken = toRefusal(error);
      throw broken;
    } finally {
      stall.wait();
    }
  };
  async function* messages() {
    for (const { path, field } of manifest.files) {
      const part = await take(async () => checkPart(await parts.next(), field));
      const file = { target: toTarget({ path, user: manifest.user }) };
      yield { message: { case: 'file' as const, value: file } };
      const content = part.content[Symbol.asyncIterator]?.() ?? [...(part.content as never)].values();
      for (
        let chunk = await take(() => content.next());
        !chunk.done;
        chunk = await take(() => content.next())
      ) {
        for (let at = 0; at < chunk.value.length; at += CHUNK_BYTES) {
          yield { message: { case: 'data' as const, value: chunk.value.subarray(at, at + CHUNK_BYTES) } };
        }
      }
    }
    await take(async () => checkEnd(await parts.next()));
  }
  const call = { failure: 'guest_unavailable' as const, answerMs: 0, user: manifest.user ?? '' };
  try {
    stall.wait();
    return await context.guests.call(live, call, async (connection, ended) => {
      const signal = AbortSignal.any([ended, stall.signal]);
      const { results } = await connection.writeFiles(messages(), signal);
      if (results.length !== manifest.files.length) throw new Error('the agent answered for other files');
      return results;
    });
  } catch (error) {
    throw broken ?? error;
  } finally {
    stall.stop();
  }
}

function checkPart(next: IteratorResult<Part, void>, field: string): Part {
  if (next.done) throw invalidField(field, 'must follow, as the manifest names it; it did not come');
  if (next.value.field === field) return next.value;
  throw invalidField(field, `must be the next part; the part ${next.value.field.slice(0, 64)} came instead`);
}

function checkEnd(next: IteratorResult<Part, void>): void {
  if (!next.done)
    throw invalidField(next.value.field.slice(0, 64), 'must not be sent: it is not in the manifest');
}

function toRefusal(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const problem = 'body: broke off before its end; files that had arrived were written';
  return new ApiError('invalid_request', { problem }, { cause: error });
}

function present(
  { sandboxId }: LiveInstance,
  path: string,
  written: guest.WriteFilesResult | undefined,
): BatchResult['results'][number] {
  const result = written?.result;
  if (result?.case === 'info') {
    const info = presentFile(result.value);
    return { status: 'success', path: info.path, info };
  }
  const code = result?.value?.detail?.code ?? '';
  const refused = describeRefusal(code, { sandboxId, failure: 'guest_unavailable', path });
  return { status: 'failed', path, error: refused?.message ?? `${path} could not be written` };
}
