import type { ExecServerFrame } from '@nullspace/contract';
import type { WebSocket } from 'ws';

type Omitted<T> = T extends unknown ? Partial<T> & { type: string } : never;

/** One side of the exec channel as the server has it. */
export interface ExecPeer {
  /** First frame of the client. */
  first: Record<string, unknown>;
  authorization: string | undefined;
  send(frame: Omitted<ExecServerFrame>): void;
  /** Sends a piece of output with the offsets that follow from what was sent before. */
  write(stream: 'stdout' | 'stderr', data: string | Buffer): void;
  exit(code?: number, more?: object): void;
  socket: WebSocket;
}

/** Calls back with each client that has sent its first frame. */
export function execChannel(
  onClient: (peer: ExecPeer) => void,
): (socket: WebSocket, request: import('node:http').IncomingMessage) => void {
  return (socket, request) => {
    socket.once('message', (data) => {
      const first = JSON.parse(String(data)) as Record<string, unknown>;
      const offsets = { stdout: Number(first.stdout_offset ?? 0), stderr: Number(first.stderr_offset ?? 0) };
      const send: ExecPeer['send'] = (frame) => socket.send(JSON.stringify({ id: first.id, ...frame }));
      onClient({
        first,
        authorization: request.headers.authorization,
        send,
        write(stream, data) {
          const head = Buffer.alloc(9);
          head.writeUInt8(stream === 'stdout' ? 1 : 2);
          head.writeBigUInt64BE(BigInt(offsets[stream]), 1);
          offsets[stream] += Buffer.byteLength(data);
          socket.send(Buffer.concat([head, Buffer.from(data as string)]));
        },
        exit(code = 0, more = {}) {
          send({ type: 'exec_exit', exit_code: code, timed_out: false, killed_by: null, ...more });
          socket.close();
        },
        socket,
      });
    });
  };
}
