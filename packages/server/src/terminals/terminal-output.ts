import type { PtyServerFrame } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { readExitCode } from '../commands/describe-exit.ts';
import type { OutputSink, StreamName } from '../commands/live/follow-process.ts';
import type { FrameSender } from '../sockets/frame-sender.ts';
import type { OpenTerminal } from './terminal-channel.ts';

/** Sends what a terminal shows, as the bytes that they are. */
export class TerminalOutput implements OutputSink {
  readonly #sender: Pick<FrameSender<PtyServerFrame>, 'send'>;
  readonly #terminal: OpenTerminal;

  constructor(sender: Pick<FrameSender<PtyServerFrame>, 'send'>, terminal: OpenTerminal) {
    this.#sender = sender;
    this.#terminal = terminal;
  }

  started(): Promise<void> {
    return this.#sender.send({ type: 'pty_started', ...this.#terminal });
  }

  output(
    _name: StreamName,
    data: Uint8Array,
    { offset, signal }: { offset: number; signal: AbortSignal },
  ): Promise<void> {
    const data_base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
    return this.#sender.send({ type: 'pty_output', data_base64, offset }, signal);
  }

  exited(exit: guest.Exit): Promise<void> {
    return this.#sender.send({ type: 'pty_exited', exit_code: readExitCode(exit) });
  }
}
