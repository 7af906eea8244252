import { create } from '@bufbuild/protobuf';
import { host as proto } from '@nullspace/proto';
import { type HostError, toErrorDetail } from '../errors.ts';
import { presentInstance } from '../instance/present.ts';
import type { Child } from './fork-instance.ts';

/** What became of a child as clients see it. `refuse` answers undefined for what is in the log alone. */
export function presentChild(
  child: Child,
  refuse: (error: unknown) => HostError | undefined,
): proto.ForkResult {
  if ('record' in child) {
    return create(proto.ForkResultSchema, {
      result: { case: 'instance', value: presentInstance(child.record) },
    });
  }
  const refusal = refuse(child.error);
  const detail = refusal ? toErrorDetail(refusal) : { code: 'start_failed' };
  const message = refusal?.message ?? 'the host failed; its log says why';
  return create(proto.ForkResultSchema, { result: { case: 'failure', value: { detail, message } } });
}
