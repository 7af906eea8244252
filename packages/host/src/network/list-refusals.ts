import type { MessageInitShape } from '@bufbuild/protobuf';
import type { host } from '@nullspace/proto';
import type { HostContext } from '../context.ts';
import { describeState } from '../operation-table.ts';

/**
 * What of a running instance was not let through.
 *
 * @throws {HostError} `instance_not_found`, `instance_not_running`, `instance_paused`
 */
export function listRefusals(
  context: HostContext,
  sandboxId: string,
): MessageInitShape<typeof host.ListRefusalsResponseSchema> {
  const { record, slot } = context.registry.get(sandboxId);
  if (record.state !== 'running' || !slot) throw describeState(record);
  const { total, latest } = context.network.refusals(slot);
  return {
    total: BigInt(total),
    refusals: latest.map(({ count, firstUnixMs, lastUnixMs, ...refusal }) => ({
      ...refusal,
      count: BigInt(count),
      firstUnixMs: BigInt(firstUnixMs),
      lastUnixMs: BigInt(lastUnixMs),
    })),
  };
}
