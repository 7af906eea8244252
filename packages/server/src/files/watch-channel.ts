import { type FileWatchServerFrame, fileWatchFrame, isReservedPath } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { ApiError } from '../api-error.ts';
import { linkSignals } from '../guests/linked-signal.ts';
import { readGuestStream } from '../guests/read-stream.ts';
import type { Channel } from '../sandbox-socket/channel.ts';
import type { FrameSender, WithoutId } from '../sockets/frame-sender.ts';
import { receiveFrame } from '../sockets/receive-frame.ts';
import { toTarget } from './file-calls.ts';

type Sender = Pick<FrameSender<FileWatchServerFrame>, 'send'>;
type ChangeEvent = Extract<WithoutId<FileWatchServerFrame>, { type: 'file_event' }>['event'];

const kinds: readonly string[] = ['create', 'write', 'remove', 'rename', 'chmod'] satisfies ChangeEvent[];

/** Sends what changes in a directory until the client goes, its timeout passes or the directory is gone. */
export const watchChannel: Channel<FileWatchServerFrame> = {
  async run({ context, socket, address, sender, gone }) {
    const frame = await receiveFrame(socket, fileWatchFrame, sender);
    const live = await context.finder.findLive(address);
    const target = toTarget(frame);
    const over = linkSignals([gone]);
    const timer = frame.timeout_secs == null ? undefined : setTimeout(over.abort, frame.timeout_secs * 1000);
    const call = {
      failure: 'guest_unavailable' as const,
      path: frame.path,
      user: target.user,
      answerMs: 0,
      signal: over.signal,
    };
    try {
      await context.guests.call(live, call, async ({ streams }, signal) => {
        const events = streams.watchDirectory({ target, recursive: frame.recursive }, { signal });
        let root = frame.path;
        for await (const { event } of readGuestStream(events, sizeOf)) {
          if (event.case === 'started') root = event.value.path;
          if (event.case === 'ended') throw goneError(address.sandboxId, root);
          if (event.case) await tell(sender, root, event);
        }
        throw new Error('the watch ended without a reason');
      });
    } catch (error) {
      if (!over.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      over.release();
    }
  },
};

function goneError(sandbox_id: string, path: string): ApiError {
  const values = { sandbox_id, path };
  return new ApiError('file_not_found', values, { details: values });
}

async function tell(
  sender: Sender,
  root: string,
  event: Exclude<guest.WatchDirectoryResponse['event'], { case: undefined | 'ended' }>,
): Promise<void> {
  if (event.case === 'started') return sender.send({ type: 'file_watch_started', path: root });
  if (event.case === 'overflow') {
    return sender.send({ type: 'file_event', event: 'overflow', name: '', path: root });
  }
  const { kind, name, path, oldPath, isDir } = event.value;
  if (!kinds.includes(kind)) throw new Error('the agent told of a change of an unknown kind');
  if (isReservedPath(path)) return;
  await sender.send({
    type: 'file_event',
    event: kind as ChangeEvent,
    name,
    path,
    is_dir: isDir,
    ...(oldPath ? { old_path: oldPath } : {}),
  });
}

// Only events have content; the start comes once.
function sizeOf({ event }: guest.WatchDirectoryResponse): number {
  return event.case === undefined || event.case === 'started' ? 0 : 1;
}
