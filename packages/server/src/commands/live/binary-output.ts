import type { guest } from '@nullspace/proto';
import { exitFrame } from './exit-frame.ts';
import type { OutputSink, StreamName } from './follow-process.ts';
import type { FrameTarget } from './text-output.ts';

const HEAD_BYTES = 9;
const streamNumbers = { stdout: 1, stderr: 2 };

/** A target that takes bytes too. */
export interface BinarySender extends FrameTarget {
  sendBytes(frame: { head: Buffer; data: Uint8Array }, signal: AbortSignal): Promise<void>;
}

/** Sends what a process writes as it is: one byte for the stream, eight for the offset, then the data. */
export class BinaryOutput implements OutputSink {
  readonly #sender: BinarySender;
  readonly #pid: number;

  constructor(sender: BinarySender, pid: number) {
    this.#sender = sender;
    this.#pid = pid;
  }

  started(): Promise<void> {
    return this.#sender.send({ type: 'exec_started', pid: this.#pid });
  }

  output(
    name: StreamName,
    data: Uint8Array,
    { offset, signal }: { offset: number; signal: AbortSignal },
  ): Promise<void> {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt8(streamNumbers[name]);
    head.writeBigUInt64BE(BigInt(offset), 1);
    return this.#sender.sendBytes({ head, data }, signal);
  }

  exited(exit: guest.Exit): Promise<void> {
    return this.#sender.send(exitFrame(exit));
  }
}
