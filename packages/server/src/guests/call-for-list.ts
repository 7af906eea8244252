import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { type AgentTarget, callUnary } from '@nullspace/host';
import { KeyedGate } from '../keyed-gate.ts';

// Large lists that are in memory at the same moment: of one guest, and of all.
const ofGuest = new KeyedGate(1);
const ofAll = new KeyedGate(4);

/** A unary call whose answer lists many things: small answers come at once, large ones one after the other. */
export async function callForList<I extends DescMessage, O extends DescMessage>(
  target: AgentTarget,
  method: DescMethodUnary<I, O>,
  message: MessageInitShape<I>,
  signal: AbortSignal,
): Promise<MessageShape<O>> {
  const done = new AbortController();
  const places: (() => void)[] = [];
  const enter = async (gate: KeyedGate, key: string, until: AbortSignal) => {
    const leave = await gate.enter(key, until);
    // The call may have failed while it waited.
    if (done.signal.aborted) leave();
    else places.push(leave);
  };
  const admit = async () => {
    const until = AbortSignal.any([signal, done.signal]);
    await enter(ofGuest, target.host, until);
    await enter(ofAll, '', until);
  };
  try {
    return await callUnary(target, method, message, { signal, admit });
  } finally {
    done.abort();
    for (const leave of places) leave();
  }
}
