import type { BuildLogEntry as WireEntry } from '@nullspace/contract';
import type { Client, ClientCall } from '../../client/client.ts';
import { SandboxError } from '../../errors/sandbox-error.ts';
import { TimeoutError } from '../../errors/timeout.ts';
import { readerChunks } from '../../transport/stream.ts';
import { SilenceError, TransportFailure } from '../../transport/transport.ts';
import { readLogEntry } from './read-build.ts';
import type { BuildLogEntry } from './types.ts';

/** The server says every few seconds that it is there. */
const patienceMs = 300_000;
/** No entry is that long; what is belongs to another protocol. */
const longestLine = 16 * 1024 * 1024;

/** Names the build in the answer to its request, before there is any entry: one that waits has none. */
const idHeader = 'x-build-id';

/**
 * Entries of a log as they come. All are of one build, whose id `onOpen` gets when the answer names it.
 *
 * @throws SandboxError `transport_error` or `timeout` when the stream breaks.
 */
export async function* logEntries(
  client: Client,
  method: string,
  path: string,
  call: ClientCall,
  onOpen: (buildId: string | undefined) => void = () => {},
): AsyncGenerator<BuildLogEntry, void, void> {
  const answer = await client.send(method, path, { requestTimeoutMs: patienceMs, ...call, read: 'stream' });
  onOpen(answer.header(idHeader));
  let buildId: string | undefined;
  for await (const data of dataLines(answer.body as ReadableStream<Uint8Array>)) {
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
  for await (const chunk of describedChunks(stream)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    if (rest.length > longestLine) throw unreadable('a line has no end');
    for (const line of lines) if (line.startsWith('data:')) yield line.slice('data:'.length);
  }
}

/** Chunks of an answer; what breaks it off is one of the package's errors. */
async function* describedChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* readerChunks(stream);
  } catch (cause) {
    if (cause instanceof SilenceError)
      throw new TimeoutError(`The log of the build: ${cause.message}`, { cause });
    if (!(cause instanceof TransportFailure)) throw cause;
    throw new SandboxError(`The log of the build broke off: ${cause.message}`, {
      code: 'transport_error',
      cause,
    });
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
