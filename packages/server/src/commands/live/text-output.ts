import { type ExecServerFrame, limits } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { giveBack } from '../../guests/passed-bytes.ts';
import type { WithoutId } from '../../sockets/frame-sender.ts';
import { exitFrame } from './exit-frame.ts';
import type { OutputSink, StreamName } from './follow-process.ts';
import { type TextPiece, TextSplitter } from './text-splitter.ts';

/** A frame of a live command; the client's id is added. */
export type OutgoingFrame = WithoutId<ExecServerFrame>;

/** Whoever takes frames: a socket, or a stream of events. */
export interface FrameTarget {
  send(frame: OutgoingFrame, signal?: AbortSignal): Promise<void>;
}

/** Sends what a process writes as text, in frames of whole characters. */
export class TextOutput implements OutputSink {
  readonly #target: FrameTarget;
  readonly #pid: number;
  readonly #splitters = { stdout: new TextSplitter(), stderr: new TextSplitter() };
  readonly #begun = new Set<StreamName>();

  constructor(target: FrameTarget, pid: number) {
    this.#target = target;
    this.#pid = pid;
  }

  started(): Promise<void> {
    return this.#target.send({ type: 'exec_started', pid: this.#pid });
  }

  async output(
    name: StreamName,
    bytes: Uint8Array,
    { offset, signal }: { offset: number; signal: AbortSignal },
  ): Promise<void> {
    this.#begun.add(name);
    for (let at = 0; at < bytes.length; at += limits.frame_bytes) {
      const data = bytes.subarray(at, at + limits.frame_bytes);
      for (const piece of this.#splitters[name].push(data, offset + at))
        await this.#send(name, piece, signal);
    }
    giveBack(bytes);
  }

  async exited(exit: guest.Exit): Promise<void> {
    for (const name of ['stdout', 'stderr'] as const) {
      for (const piece of this.#splitters[name].flush()) await this.#send(name, piece);
    }
    await this.#target.send(exitFrame(exit));
  }

  position(name: StreamName): number | undefined {
    return this.#begun.has(name) ? this.#splitters[name].position : undefined;
  }

  #send(name: StreamName, { text, offset, endOffset }: TextPiece, signal?: AbortSignal): Promise<void> {
    const frame = { type: `exec_${name}` as const, data: text, offset, end_offset: endOffset };
    return this.#target.send(frame, signal);
  }
}
