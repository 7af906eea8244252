import type {
  DescMessage,
  DescMethodServerStreaming,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { callUnary, GuestAgent, type UnaryOptions } from '@nullspace/host';
import { guest } from '@nullspace/proto';
import { callForList } from './call-for-list.ts';
import { callStream } from './call-stream.ts';
import type { Contents, ContentsTarget } from './file-contents.ts';
import { FileMover } from './move-contents.ts';
import { sendStream } from './send-stream.ts';

/** Largest list of an agent: 100,000 files. */
const LIST_BYTES = 64 * 1024 * 1024;
/** Largest result of a command: two streams of 16 MiB, and what describes it. */
const RESULT_BYTES = 33 * 1024 * 1024;
/** Largest answer to a call that describes one thing, and largest message of a stream. */
const SMALL_BYTES = 1024 * 1024;
/** Largest list of what became of the files of one batch. */
const RESULTS_BYTES = 16 * 1024 * 1024;
/** Largest output of a process: 8 MiB, once by stream and once in the order of arrival, and what describes it. */
const OUTPUT_BYTES = 17 * 1024 * 1024;

type Streamed<I extends DescMessage, O extends DescMessage> = (
  message: MessageInitShape<I>,
  options: { signal: AbortSignal },
) => AsyncGenerator<MessageShape<O>, void>;

export interface GuestStreams {
  readFile: Streamed<typeof guest.ReadFileRequestSchema, typeof guest.ReadFileResponseSchema>;
  attach: Streamed<typeof guest.AttachRequestSchema, typeof guest.AttachResponseSchema>;
  watchDirectory: Streamed<
    typeof guest.WatchDirectoryRequestSchema,
    typeof guest.WatchDirectoryResponseSchema
  >;
  packDirectory: Streamed<typeof guest.PackDirectoryRequestSchema, typeof guest.PackDirectoryResponseSchema>;
}

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
  /** Types into a process. */
  writeStdin(
    input: MessageInitShape<typeof guest.WriteStdinRequestSchema>,
    signal: AbortSignal,
  ): Promise<guest.WriteStdinResponse>;
  /** Calls with one small answer. */
  unary: Client<typeof guest.GuestService>;
  /** Lists files. */
  listDirectory(
    directory: MessageInitShape<typeof guest.ListDirectoryRequestSchema>,
    signal: AbortSignal,
  ): Promise<guest.ListDirectoryResponse>;
  /** All processes, or `only` one with what it uses. */
  listProcesses(signal: AbortSignal, only?: { pid: number }): Promise<guest.ListProcessesResponse>;
  /** Paths whose last part matches a shell pattern. */
  searchFiles(
    search: MessageInitShape<typeof guest.SearchFilesRequestSchema>,
    signal: AbortSignal,
  ): Promise<guest.SearchFilesResponse>;
  /** Lines of text files that match a regular expression. */
  findText(
    search: MessageInitShape<typeof guest.FindTextRequestSchema>,
    signal: AbortSignal,
  ): Promise<guest.FindTextResponse>;
  /** Calls that answer with a stream of small messages. */
  streams: GuestStreams;
  /** Begins to read the bytes of a file. */
  readContents(
    part: ContentsTarget & { offset?: number; maxBytes?: number },
    signal: AbortSignal,
  ): Promise<Contents>;
  /** Replaces a file by bytes. */
  writeContents(
    target: ContentsTarget & { mustNotExist?: boolean },
    bytes: { length?: number | undefined; chunks: AsyncIterable<Uint8Array> },
    signal: AbortSignal,
  ): Promise<guest.FileInfo | undefined>;
  /** Sends a file in pieces. */
  writeFile(
    pieces: AsyncIterable<MessageInitShape<typeof guest.WriteFileRequestSchema>>,
    signal: AbortSignal,
  ): Promise<guest.WriteFileResponse>;
  /** Sends many files, one after the other. */
  writeFiles(
    pieces: AsyncIterable<MessageInitShape<typeof guest.WriteFilesRequestSchema>>,
    signal: AbortSignal,
  ): Promise<guest.WriteFilesResponse>;
  /** Sends an archive in pieces. */
  unpackArchive(
    pieces: AsyncIterable<MessageInitShape<typeof guest.UnpackArchiveRequestSchema>>,
    signal: AbortSignal,
  ): Promise<guest.UnpackArchiveResponse>;
  /** Opens a connection for a call that is to be expected. */
  openAhead(): void;
  close(): void;
}

/** Prepares calls to an agent over connections that are kept alive. */
export function connectGuest({ address, token }: { address: string; token: string }): GuestConnection {
  const agent = new GuestAgent();
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
  // Made by the first call that needs one: most sandboxes run commands alone, which are called by hand.
  const lazily = <T>(make: () => T) => {
    let made: T | undefined;
    return () => (made ??= make());
  };
  const small = lazily(() => transport(SMALL_BYTES));
  const results = lazily(() => transport(RESULTS_BYTES));
  const unary = lazily(() => createClient(guest.GuestService, small()));
  const { hostname: host, port } = new URL(`http://${address}`);
  const bounded = (maxBytes: number) => ({ host, port: Number(port), token, agent, maxBytes });
  const { method } = guest.GuestService;
  const streamed =
    <I extends DescMessage, O extends DescMessage>(of: DescMethodServerStreaming<I, O>): Streamed<I, O> =>
    (message, { signal }) =>
      callStream(bounded(SMALL_BYTES), of, message, signal);
  const writeFile: GuestConnection['writeFile'] = (pieces, signal) =>
    sendStream(small(), method.writeFile, pieces, signal);
  const readFile = streamed(method.readFile);
  const mover = new FileMover(bounded(SMALL_BYTES), { readFile, writeFile });
  return {
    run: (command, options) => callUnary(bounded(RESULT_BYTES), method.run, command, options),
    readOutput: (process, options) => callUnary(bounded(OUTPUT_BYTES), method.readOutput, process, options),
    writeStdin: (input, signal) => callUnary(bounded(SMALL_BYTES), method.writeStdin, input, { signal }),
    get unary() {
      return unary();
    },
    listDirectory: (directory, signal) =>
      callForList(bounded(LIST_BYTES), method.listDirectory, directory, signal),
    listProcesses: (signal, only) =>
      callForList(bounded(LIST_BYTES), method.listProcesses, only ?? {}, signal),
    searchFiles: (search, signal) => callForList(bounded(LIST_BYTES), method.searchFiles, search, signal),
    findText: (search, signal) => callForList(bounded(LIST_BYTES), method.findText, search, signal),
    streams: {
      readFile,
      attach: streamed(method.attach),
      watchDirectory: streamed(method.watchDirectory),
      packDirectory: streamed(method.packDirectory),
    },
    readContents: (part, signal) => mover.read(part, signal),
    writeContents: (target, bytes, signal) => mover.write(target, bytes, signal),
    writeFile,
    writeFiles: (pieces, signal) => sendStream(results(), method.writeFiles, pieces, signal),
    unpackArchive: (pieces, signal) => sendStream(small(), method.unpackArchive, pieces, signal),
    openAhead: () => agent.openAhead({ host, port: Number(port) }),
    close: () => agent.destroy(),
  };
}
