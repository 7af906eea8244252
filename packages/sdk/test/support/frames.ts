import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';

/** The server's side of a channel: what the client sends, and what it is told. */
export interface FramePeer {
  /** Path with query of the upgrade. */
  path: string;
  first: Record<string, unknown>;
  /** Frames after the first. */
  frames: Record<string, unknown>[];
  send(frame: Record<string, unknown>): void;
  socket: WebSocket;
}

/** Plays one scene a connection, in order; the last one stays. */
export function frameChannel(
  ...scenes: ((peer: FramePeer) => void)[]
): (socket: WebSocket, request: IncomingMessage) => void {
  let next = 0;
  return (socket, request) => {
    const scene = scenes[Math.min(next++, scenes.length - 1)]!;
    const frames: Record<string, unknown>[] = [];
    let peer: FramePeer | undefined;
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Record<string, unknown>;
      if (peer) return void frames.push(frame);
      const send = (answer: Record<string, unknown>) =>
        socket.send(JSON.stringify({ id: frame.id, ...answer }));
      peer = { path: request.url ?? '', first: frame, frames, send, socket };
      scene(peer);
    });
  };
}
