import type { Socket } from 'node:net';
import type { guest } from '@nullspace/proto';
import type ssh2 from 'ssh2';
import { readExitCode, readGuard } from '../commands/describe-exit.ts';
import type { OutputSink, StreamName } from '../commands/live/follow-process.ts';
import { signalNames } from './signals.ts';
import { writeOut } from './write-out.ts';

/** Sends what a program writes, and how it ended, through a channel. */
export class ChannelOutput implements OutputSink {
  readonly #to: { channel: ssh2.ServerChannel; socket: Socket };
  readonly #next = { stdout: 0, stderr: 0 };

  constructor(to: { channel: ssh2.ServerChannel; socket: Socket }) {
    this.#to = to;
  }

  async started(): Promise<void> {}

  async output(
    name: StreamName,
    data: Uint8Array,
    { offset, signal }: { offset: number; signal: AbortSignal },
  ): Promise<void> {
    // A file with a hole in it would look whole.
    if (offset !== this.#next[name]) throw new Error(`the ${name} of a piped program has a gap`);
    this.#next[name] = offset + data.length;
    const { channel } = this.#to;
    await writeOut(this.#to, data, { signal, ...(name === 'stderr' ? { to: channel.stderr } : {}) });
  }

  async exited(exit: guest.Exit): Promise<void> {
    const { channel } = this.#to;
    const guard = readGuard(exit);
    if (guard) channel.stderr.write(`nullspace: ended because the sandbox ran out of ${guard}\r\n`);
    const name = signalNames.get(exit.signal);
    if (name) channel.exit(name, false, '');
    else channel.exit(readExitCode(exit));
    channel.end();
  }
}
