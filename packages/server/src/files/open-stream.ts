import type { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import type { GuestConnection } from '../guests/connect-guest.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { type FileTarget, toTarget } from './file-calls.ts';

/** An agent that sends nothing for this long has failed. */
const STALL_MS = 60_000;

/** Bytes of a guest on their way to a client. */
export interface OpenStream {
  /** A failure destroys them. */
  bytes: Readable;
  /** Counts up while something comes. */
  progress: () => number;
}

/**
 * Begins a call that streams bytes. Resolves when the agent has begun, so that refusals come before the first byte.
 *
 * @param begin Resolves when the agent has begun. The call ends when `signal` aborts.
 */
export async function openStream<Stream extends OpenStream>(
  context: Context,
  address: SandboxAddress,
  file: FileTarget,
  begin: (
    guest: GuestConnection,
    target: ReturnType<typeof toTarget>,
    signal: AbortSignal,
  ) => Promise<Stream>,
): Promise<Stream> {
  const live = await context.finder.findLive(address);
  const target = toTarget(file);
  const closed = new AbortController();
  let stream: Stream | undefined;
  let seen = -1;
  const watch = setInterval(() => {
    const now = stream?.progress() ?? 0;
    // A client that reads slowly is not the agent's doing.
    if (now === seen && !stream?.bytes.isPaused()) closed.abort();
    seen = now;
  }, STALL_MS);
  try {
    stream = await begin(live.guest, target, AbortSignal.any([live.ended, closed.signal]));
  } catch (error) {
    clearInterval(watch);
    const call = { failure: 'guest_unavailable' as const, path: file.path, user: target.user };
    throw await context.guests.explain(live, { ...call, sandboxId: live.sandboxId }, error);
  }
  stream.bytes.once('close', () => {
    clearInterval(watch);
    closed.abort();
  });
  return stream;
}
