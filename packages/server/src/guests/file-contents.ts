import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { fromBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeFromHttpStatus, errorFromJsonBytes } from '@connectrpc/connect/protocol-connect';
import { type AgentTarget, toConnectError } from '@nullspace/host';
import { guest } from '@nullspace/proto';
import { countPassed, giveBack } from './passed-bytes.ts';
import { readGuestStream } from './read-stream.ts';

const PATH = '/contents';
/** How long an agent that refused may take to say why. */
const ANSWER_MS = 10_000;
/** Bytes that are collected before they are sent to a guest. */
const BURST_BYTES = 512 * 1024;

/** A file of a guest, with the rights of an account. */
export interface ContentsTarget {
  path: string;
  user: string;
}

/** The bytes of a file on their way. */
export interface Contents {
  bytes: Readable;
  /** How many will come; undefined when nobody knows. */
  length: number | undefined;
  /** Bytes that have come over the connection. */
  progress: () => number;
}

/** Thrown for an agent that is older than this way of moving bytes. */
export class NoContentsError extends Error {}

/** Whether an agent moves bytes this way, asked without touching a file. */
export async function knowsContents(to: AgentTarget, signal: AbortSignal): Promise<boolean> {
  const call = begin(to, { method: 'OPTIONS', query: {}, headers: {} }, signal);
  try {
    call.end();
    const refusal = await readRefusal(await answerOf(call), to.maxBytes);
    return !(refusal instanceof NoContentsError);
  } catch (error) {
    call.destroy();
    throw toConnectError(error, signal);
  }
}

/**
 * Begins to read a file, without messages around its bytes. The bytes end with an error when fewer come than were
 * announced. Rejects with `ConnectError`, or `NoContentsError`.
 */
export async function readContents(
  to: AgentTarget,
  part: ContentsTarget & { offset?: number; maxBytes?: number },
  signal: AbortSignal,
): Promise<Contents> {
  const { path, user, offset = 0, maxBytes = 0 } = part;
  const query = { path, user, offset: String(offset), max_bytes: String(maxBytes) };
  const call = begin(to, { method: 'GET', query, headers: {} }, signal);
  try {
    call.end();
    const response = await answerOf(call);
    if (response.statusCode !== 200) throw await readRefusal(response, to.maxBytes);
    const length = response.headers['content-length'];
    // Sizeless files come in parts whose size the agent chooses.
    const bytes = length === undefined ? Readable.from(readGuestStream(response, sizeOf)) : response;
    const { socket } = response;
    const progress = () => socket.bytesRead;
    const count = ({ length: passed }: Buffer) => countPassed(passed);
    socket.on('data', count);
    response.once('close', () => socket.off('data', count));
    return { bytes, length: length === undefined ? undefined : Number(length), progress };
  } catch (error) {
    call.destroy();
    throw error instanceof NoContentsError ? error : toConnectError(error, signal);
  }
}

/**
 * Replaces a file by bytes, without messages around them. Bytes that break off leave the old file. Rejects with
 * `ConnectError`, as soon as the agent has refused.
 *
 * @param bytes.chunks They are used up: nobody may read them afterwards.
 * @param bytes.length How many bytes come, when that is known: the file is replaced once so many have come. Without it the
 * chunks must have ended.
 */
export async function writeContents(
  to: AgentTarget,
  target: ContentsTarget & { mustNotExist?: boolean },
  bytes: { length?: number | undefined; chunks: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<guest.FileInfo | undefined> {
  const { path, user, mustNotExist = false } = target;
  const query = { path, user, must_not_exist: String(mustNotExist) };
  const headers = bytes.length === undefined ? {} : { 'content-length': bytes.length };
  const call = begin(to, { method: 'PUT', query, headers }, signal);
  const sending = send(call, bytes.chunks);
  try {
    const response = await answerOf(call);
    sending.stop();
    if (response.statusCode !== 200) throw await readRefusal(response, to.maxBytes);
    const { info } = fromBinary(guest.WriteFileResponseSchema, await readAll(response, to.maxBytes));
    return info;
  } catch (error) {
    sending.stop();
    call.destroy();
    throw toConnectError(error, signal);
  }
}

/**
 * Sends what comes until it is stopped, in bursts: each arrival wakes several threads of a guest one after another,
 * however little it brings. What breaks the source breaks the call.
 */
function send(call: ClientRequest, chunks: AsyncIterable<Uint8Array>): { stop(): void } {
  let stopped = false;
  let goOn: () => void = () => undefined;
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      goOn = resolve;
      call.write(bytes, () => resolve());
    });
  const pump = async () => {
    let burst: Buffer | undefined;
    let other: Buffer | undefined;
    let length = 0;
    let begun = false;
    let sent = Promise.resolve();
    // What comes while one burst is sent is collected in the other.
    const sendBurst = async (full: Buffer) => {
      await sent;
      sent = write(full.subarray(0, length));
      [burst, other] = [other, full];
      length = 0;
    };
    for await (const chunk of chunks) {
      if (stopped) return;
      countPassed(chunk.length);
      if (!begun) {
        // A small body is one chunk.
        call.write(chunk);
        begun = true;
        continue;
      }
      if (burst && length > 0 && length + chunk.length > BURST_BYTES) await sendBurst(burst);
      if (chunk.length > BURST_BYTES) {
        await sent;
        sent = write(chunk);
        continue;
      }
      burst ??= Buffer.allocUnsafeSlow(BURST_BYTES);
      burst.set(chunk, length);
      length += chunk.length;
      giveBack(chunk);
    }
    if (burst && length > 0) await sendBurst(burst);
    await sent;
    if (!stopped) call.end();
  };
  pump().catch((error: Error) => call.destroy(error));
  return {
    stop() {
      stopped = true;
      goOn();
    },
  };
}

function begin(
  { host, port, agent, token }: AgentTarget,
  { method, query, headers }: { method: string; query: Record<string, string>; headers: object },
  signal: AbortSignal,
): ClientRequest {
  if (signal.aborted) throw new ConnectError('broken off', Code.Canceled);
  const path = `${PATH}?${new URLSearchParams(query)}`;
  const authorization = `Bearer ${token}`;
  const call = request({ host, port, path, method, agent, headers: { ...headers, authorization } });
  const breakOff = () => call.destroy();
  signal.addEventListener('abort', breakOff, { once: true });
  call.once('close', () => signal.removeEventListener('abort', breakOff));
  return call;
}

async function answerOf(call: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  // What breaks the connection ends the reading of the answer, which tells it.
  call.on('error', () => undefined);
  return response;
}

async function readRefusal(
  response: IncomingMessage,
  maxBytes: number,
): Promise<ConnectError | NoContentsError> {
  // Refusals are JSON: a file that is missing is told so as well.
  const isRefusal = response.headers['content-type']?.startsWith('application/json');
  if (response.statusCode === 404 && !isRefusal) return new NoContentsError('the agent knows no contents');
  const fallback = new ConnectError(`HTTP ${response.statusCode}`, codeFromHttpStatus(response.statusCode!));
  return errorFromJsonBytes(await readAll(response, maxBytes), undefined, fallback);
}

async function readAll(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const late = setTimeout(() => response.destroy(), ANSWER_MS);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw new ConnectError(`more than ${maxBytes} bytes`, Code.ResourceExhausted);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length);
  } finally {
    clearTimeout(late);
  }
}

function sizeOf({ length }: Buffer): number {
  return length;
}
