import { Agent } from 'node:http';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { guest } from '@nullspace/proto';
import { callUnary, type UnaryOptions } from './call-unary.ts';
import { sendStream } from './send-stream.ts';

/** Largest list of an agent: 100,000 files. */
const LARGE_BYTES = 64 * 1024 * 1024;
/** Largest result of a command: two streams of 16 MiB, and what describes it. */
const RESULT_BYTES = 33 * 1024 * 1024;
/** Largest answer to a call that describes one thing, and largest message of a stream. */
const SMALL_BYTES = 1024 * 1024;
/** Largest output of a process: 8 MiB, once by stream and once in the order of arrival, and what describes it. */
const OUTPUT_BYTES = 17 * 1024 * 1024;
/** An idle connection is closed after this, so that quiet sandboxes hold no descriptors. */
const IDLE_MS = 30_000;

/** Calls to the agent of one instance. */
export interface GuestConnection {
  /** Runs a command to its end. */
  run(
    command: MessageInitShape<typeof guest.RunRequestSchema>,
    options: UnaryOptions,
  ): Promise<guest.RunResponse>;
  /** Reads the output of a process. */
  readOutput(
    process: MessageInitShape<typeof guest.ReadOutputRequestSchema>,
    options: UnaryOptions,
  ): Promise<guest.ReadOutputResponse>;
  /** Calls with one small answer. */
  unary: Client<typeof guest.GuestService>;
  /** Calls with one answer that lists many things. */
  lists: Pick<Client<typeof guest.GuestService>, 'listDirectory' | 'listProcesses'>;
  /** Calls that answer with a stream of small messages. */
  streams: Pick<Client<typeof guest.GuestService>, 'readFile' | 'attach'>;
  /** Sends a file in pieces. */
  writeFile(
    pieces: AsyncIterable<MessageInitShape<typeof guest.WriteFileRequestSchema>>,
    signal: AbortSignal,
  ): Promise<guest.WriteFileResponse>;
  close(): void;
}

/** Prepares calls to an agent over connections that are kept alive. */
export function connectGuest({ address, token }: { address: string; token: string }): GuestConnection {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4, timeout: IDLE_MS, scheduling: 'lifo' });
  const authorize: Interceptor = (next) => (request) => {
    request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };
  const transport = (readMaxBytes: number) =>
    createConnectTransport({
      baseUrl: `http://${address}`,
      httpVersion: '1.1',
      nodeOptions: { agent },
      interceptors: [authorize],
      acceptCompression: [],
      readMaxBytes,
    });
  const small = transport(SMALL_BYTES);
  const { hostname: host, port } = new URL(`http://${address}`);
  const target = { host, port: Number(port), token, agent, maxBytes: RESULT_BYTES };
  return {
    run: (command, options) => callUnary(target, guest.GuestService.method.run, command, options),
    readOutput: (process, options) =>
      callUnary(
        { ...target, maxBytes: OUTPUT_BYTES },
        guest.GuestService.method.readOutput,
        process,
        options,
      ),
    unary: createClient(guest.GuestService, small),
    lists: createClient(guest.GuestService, transport(LARGE_BYTES)),
    streams: createClient(guest.GuestService, small),
    writeFile: (pieces, signal) => sendStream(small, guest.GuestService.method.writeFile, pieces, signal),
    close: () => agent.destroy(),
  };
}
