import type { BuildLogEntry as WireEntry } from '@nullspace/contract';
import type { Client, ClientCall } from '../../client/client.ts';
import { SandboxError } from '../../errors/sandbox-error.ts';
import { readerChunks } from '../../transport/stream.ts';
import { readLogEntry } from './read-build.ts';
import type { BuildLogEntry } from './types.ts';

/** The server says every few seconds that it is there. */
const patienceMs = 300_000;
/** No entry is that long; what is belongs to another protocol. */
const longestLine = 16 * 1024 * 1024;

/** Entries of a log as they come. All are of one build. */
export async function* logEntries(
  client: Client,
  method: string,
  path: string,
  call: ClientCall,
): AsyncGenerator<BuildLogEntry, void, void> {
  const { body } = await client.send(method, path, { requestTimeoutMs: patienceMs, ...call, read: 'stream' });
  let buildId: string | undefined;
  for await (const data of dataLines(body as ReadableStream<Uint8Array>)) {
    const entry = parse(data);
    buildId ??= entry.buildId;
    if (entry.buildId !== buildId) throw unreadable(`it holds entries of ${buildId} and ${entry.buildId}`);
    yield entry;
  }
}

/** What follows `data:` in each line; comments and other fields are passed over. */
async function* dataLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of readerChunks(stream)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    if (rest.length > longestLine) throw unreadable('a line has no end');
    for (const line of lines) if (line.startsWith('data:')) yield line.slice('data:'.length);
  }
}

function parse(data: string): BuildLogEntry {
  let wire: Partial<WireEntry>;
  try {
    wire = JSON.parse(data);
  } catch (cause) {
    throw unreadable('an entry is not JSON', cause);
  }
  if (typeof wire?.build_id !== 'string' || typeof wire.offset !== 'number' || typeof wire.kind !== 'string')
    throw unreadable('an entry has no build, offset or kind');
  return readLogEntry(wire as WireEntry);
}

function unreadable(why: string, cause?: unknown): SandboxError {
  return new SandboxError(`The log of the build cannot be read: ${why}.`, {
    code: 'invalid_response',
    suggestedAction: 'Check that baseUrl names a Nullspace server.',
    cause,
  });
}
