import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { AgentTarget } from '@nullspace/host';
import type { guest } from '@nullspace/proto';
import {
  type Contents,
  type ContentsTarget,
  knowsContents,
  NoContentsError,
  readContents,
  writeContents,
} from './file-contents.ts';
import { readMessages } from './file-messages.ts';

type Streamed<I extends DescMessage, O> = (
  message: MessageInitShape<I>,
  options: { signal: AbortSignal },
) => AsyncIterable<O>;

/** The calls by which every agent moves the bytes of files. */
export interface MessageCalls {
  readFile: Streamed<typeof guest.ReadFileRequestSchema, guest.ReadFileResponse>;
  writeFile(
    pieces: AsyncIterable<MessageInitShape<typeof guest.WriteFileRequestSchema>>,
    signal: AbortSignal,
  ): Promise<MessageShape<typeof guest.WriteFileResponseSchema>>;
}

/**
 * Moves the bytes of files plainly, or in messages where the agent is older than that, as in a sandbox that was paused
 * by an older release. Which it is, is asked once an agent.
 */
export class FileMover {
  readonly #to: AgentTarget;
  readonly #calls: MessageCalls;
  #knows: boolean | undefined;

  constructor(to: AgentTarget, calls: MessageCalls) {
    this.#to = to;
    this.#calls = calls;
  }

  /** See `readContents`. */
  async read(
    part: ContentsTarget & { offset?: number; maxBytes?: number },
    signal: AbortSignal,
  ): Promise<Contents> {
    if (this.#knows !== false) {
      try {
        const contents = await readContents(this.#to, part, signal);
        this.#knows = true;
        return contents;
      } catch (error) {
        if (!(error instanceof NoContentsError)) throw error;
        this.#knows = false;
      }
    }
    const { path, user, offset = 0, maxBytes = 0 } = part;
    const asked = { target: { path, user }, offset: BigInt(offset), maxBytes: BigInt(maxBytes) };
    return readMessages(this.#calls.readFile(asked, { signal }), { offset, maxBytes });
  }

  /** See `writeContents`. */
  async write(
    target: ContentsTarget & { mustNotExist?: boolean },
    bytes: { length?: number | undefined; chunks: AsyncIterable<Uint8Array> },
    signal: AbortSignal,
  ): Promise<guest.FileInfo | undefined> {
    // Asked before a byte is taken: those that are sent in vain could not be had again.
    this.#knows ??= await knowsContents(this.#to, signal);
    if (this.#knows) return writeContents(this.#to, target, bytes, signal);
    const { info } = await this.#calls.writeFile(toMessages(target, bytes.chunks), signal);
    return info;
  }
}

/** What fits into a message to every agent. */
const MESSAGE_BYTES = 256 * 1024;

async function* toMessages(
  { path, user, mustNotExist = false }: ContentsTarget & { mustNotExist?: boolean },
  chunks: AsyncIterable<Uint8Array>,
) {
  yield { target: { path, user }, mustNotExist };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += MESSAGE_BYTES)
      yield { data: chunk.subarray(at, at + MESSAGE_BYTES) };
  }
}
