import type { Duplex } from 'node:stream';
import { limits, type TunnelServerFrame, tunnelClientFrame, tunnelOpenFrame } from '@nullspace/contract';
import type { WebSocket } from 'ws';
import { countPassed } from '../guests/passed-bytes.ts';
import type { Channel } from '../sandbox-socket/channel.ts';
import { parseFrame } from '../sockets/parse-frame.ts';
import { receiveFrame } from '../sockets/receive-frame.ts';
import { openThroughAgent } from './connect-port.ts';
import { checkPort } from './preview-target.ts';
import { TunnelWindow } from './tunnel-window.ts';

const empty = Buffer.alloc(0);

/** One connection to a port of a sandbox, as bytes. */
export const tunnelChannel: Channel<TunnelServerFrame> = {
  async run({ context, socket, address, sender, gone }) {
    const { port } = await receiveFrame(socket, tunnelOpenFrame, sender);
    checkPort(port);
    const live = await context.finder.findLive(address);
    const inner = await openThroughAgent(live, port);
    const cut = () => inner.destroy();
    inner.on('error', cut);
    // A dead sandbox sends no farewell.
    for (const end of [gone, live.ended]) end.addEventListener('abort', cut, { once: true });
    if (gone.aborted || live.ended.aborted) cut();
    try {
      const window = new TunnelWindow(limits.tunnel_window_bytes);
      const forth = passOn(socket, inner, {
        acknowledge: (bytes) => sender.send({ type: 'tunnel_ack', bytes }),
        window,
      });
      await sender.send({ type: 'tunnel_started', port, window_bytes: limits.tunnel_window_bytes });
      for await (const data of inner as AsyncIterable<Buffer>) {
        countPassed(data.length);
        await window.take(data.length, gone);
        await sender.sendBytes({ head: empty, data }, gone);
      }
      await sender.send({ type: 'tunnel_end' });
      await forth;
    } catch (error) {
      // A connection that breaks on one side ends on the other.
      if (!inner.errored && !inner.destroyed) throw error;
    } finally {
      inner.destroy();
      for (const end of [gone, live.ended]) end.removeEventListener('abort', cut);
    }
  },
};

/** Writes what the client sends into the connection. Resolves when it has no more, or the connection has closed. */
function passOn(
  socket: WebSocket,
  inner: Duplex,
  { acknowledge, window }: { acknowledge(bytes: number): Promise<void>; window: TunnelWindow },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // It is looked at only once the service has no more to say.
  promise.catch(() => inner.destroy());
  inner.once('close', resolve);
  socket.on('message', (message, isBinary) => {
    const data = message as Buffer;
    try {
      if (isBinary) {
        // A client that keeps to its window never has to be held back.
        if (inner.writableLength > limits.tunnel_window_bytes) socket.pause();
        inner.write(data, () => {
          socket.resume();
          void acknowledge(data.length);
        });
        return;
      }
      const frame = parseFrame(tunnelClientFrame, data, false);
      if (frame.type === 'tunnel_ack') return window.give(frame.bytes);
      inner.end();
      resolve();
    } catch (error) {
      reject(error);
    }
  });
  return promise;
}
