import { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { GuestConnection } from '../guests/connect-guest.ts';
import { readGuestStream } from '../guests/read-stream.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { type FileTarget, toTarget } from './file-calls.ts';

/** An agent that sends nothing for this long has failed. */
const STALL_MS = 60_000;

type Target = ReturnType<typeof toTarget>;
type WithData = { data: Uint8Array };

/** Bytes of a guest on their way to a client. */
export interface OpenStream<Message> {
  /** The first message, in which the agent may describe what follows. */
  first: Message | undefined;
  /** The bytes, those of the first message included. A failure destroys it. */
  bytes: Readable;
}

/**
 * Begins a call that streams bytes. Resolves when the agent has begun, so that refusals come before the first byte.
 *
 * @param exactly Bytes that must come; further ones are left out, and fewer are a failure.
 */
export async function openStream<Message extends WithData>(
  context: Context,
  address: SandboxAddress,
  file: FileTarget,
  begin: (
    streams: GuestConnection['streams'],
    target: Target,
    options: { signal: AbortSignal },
  ) => AsyncIterable<Message>,
  exactly?: (first: Message | undefined) => number | undefined,
): Promise<OpenStream<Message>> {
  const live = await context.finder.findLive(address);
  const target = toTarget(file);
  const closed = new AbortController();
  let sending = false;
  const stalled = setInterval(() => {
    // A client that reads slowly is not the agent's doing.
    if (!sending) closed.abort();
  }, STALL_MS);
  const signal = AbortSignal.any([live.ended, closed.signal]);
  const messages = readGuestStream(begin(live.guest.streams, target, { signal }), ({ data }) => data.length);
  const first = await messages.next().catch(async (error: unknown) => {
    clearInterval(stalled);
    throw await explain(context, live, { file, target }, error);
  });
  const wanted = exactly?.(first.done ? undefined : first.value);
  async function* bytes() {
    let left = wanted ?? Number.POSITIVE_INFINITY;
    for (let next = first; !next.done && left > 0; next = await messages.next()) {
      sending = true;
      const { data } = next.value;
      if (data.length > 0) yield data.length > left ? data.subarray(0, left) : data;
      left -= data.length;
      sending = false;
      stalled.refresh();
    }
    if (wanted !== undefined && left > 0) throw new Error('the file became shorter while it was read');
  }
  const stream = Readable.from(bytes(), { objectMode: false });
  stream.once('close', () => {
    clearInterval(stalled);
    closed.abort();
  });
  return { first: first.done ? undefined : first.value, bytes: stream };
}

function explain(
  context: Context,
  live: LiveInstance,
  { file, target }: { file: FileTarget; target: Target },
  error: unknown,
): Promise<Error> {
  const call = { failure: 'guest_unavailable' as const, path: file.path, user: target.user };
  return context.guests.explain(live, { ...call, sandboxId: live.sandboxId }, error);
}
