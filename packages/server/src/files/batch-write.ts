import type { Readable } from 'node:stream';
import type { BatchManifest, BatchResult } from '@nullspace/contract';
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
import { readManifest } from './read-manifest.ts';

const CHUNK_BYTES = 256 * 1024;
/** Files that a refusal names. */
const MOST_NAMED = 100;

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

async function send(
  context: Context,
  live: LiveInstance,
  { manifest, parts }: { manifest: BatchManifest; parts: AsyncGenerator<Part, void> },
): Promise<guest.WriteFilesResult[]> {
  const stall = new StallTimer();
  let broken: ApiError | undefined;
  let begun = 0;
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
      const next = await take(() => parts.next());
      broken = checkPart(next, field);
      // The agent ends what has come whole, and says which files it wrote.
      if (broken || next.done) return;
      const file = { target: toTarget({ path, user: manifest.user }) };
      begun += 1;
      yield { message: { case: 'file' as const, value: file } };
      const part = next.value;
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
    broken = checkEnd(await take(() => parts.next()));
  }
  const call = { failure: 'guest_unavailable' as const, answerMs: 0, user: manifest.user ?? '' };
  let results: guest.WriteFilesResult[];
  try {
    stall.wait();
    results = await context.guests.call(live, call, async (connection, ended) => {
      const signal = AbortSignal.any([ended, stall.signal]);
      const answer = await connection.writeFiles(messages(), signal);
      if (answer.results.length !== begun) throw new Error('the agent answered for other files');
      return answer.results;
    });
  } catch (error) {
    throw broken ?? error;
  } finally {
    stall.stop();
  }
  if (broken) throw sayWhatIsWritten(broken, manifest, results);
  return results;
}

function checkPart(next: IteratorResult<Part, void>, field: string): ApiError | undefined {
  if (next.done) return invalidField(field, 'must follow, as the manifest names it; it did not come');
  if (next.value.field === field) return undefined;
  return invalidField(field, `must be the next part; the part ${next.value.field.slice(0, 64)} came instead`);
}

function checkEnd(next: IteratorResult<Part, void>): ApiError | undefined {
  if (next.done) return undefined;
  return invalidField(next.value.field.slice(0, 64), 'must not be sent: it is not in the manifest');
}

function toRefusal(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const problem = 'body: broke off before its end; files that had arrived were written';
  return new ApiError('invalid_request', { problem }, { cause: error });
}

/** A refusal of a part, once the files before it are in their places. */
function sayWhatIsWritten(
  refusal: ApiError,
  { files }: BatchManifest,
  results: guest.WriteFilesResult[],
): ApiError {
  const written = files.flatMap(({ path }, index) => (results[index]?.result.case === 'info' ? [path] : []));
  const details = { written_count: written.length, written: written.slice(0, MOST_NAMED) };
  const names = written.length === 0 ? 'no file' : `${written.length} of ${files.length} files`;
  return refusal.withDetails(details, `${refusal.message}; ${names} of the batch had been written`);
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
