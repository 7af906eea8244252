import type { DeniedConnections } from '@nullspace/contract';
import type { Context } from '../context.ts';
import { notReady } from '../sandboxes/ended.ts';
import { toCount } from '../sandboxes/read-metrics.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { isNotRunning } from '../snapshots/save-failure.ts';
import { toTimestamp } from '../to-timestamp.ts';

/** What a running sandbox wanted to reach and was not let, newest first. */
export async function listDenied(context: Context, address: SandboxAddress): Promise<DeniedConnections> {
  const { fleet, finder } = context;
  const sandbox = await finder.read(address);
  if (sandbox.status !== 'running') throw notReady(sandbox);
  try {
    const { total, refusals } = await fleet.call((client) => client.listRefusals({ sandboxId: sandbox.id }));
    return {
      total: toCount(total),
      items: refusals.map((refusal) => ({
        protocol: refusal.protocol as DeniedConnections['items'][number]['protocol'],
        address: refusal.address || null,
        port: refusal.port || null,
        name: refusal.name || null,
        reason: refusal.reason as DeniedConnections['items'][number]['reason'],
        count: toCount(refusal.count),
        first_seen_at: toTimestamp(refusal.firstUnixMs),
        last_seen_at: toTimestamp(refusal.lastUnixMs),
      })),
    };
  } catch (error) {
    if (!isNotRunning(error)) throw error;
    throw await finder.explainRefusal(sandbox);
  }
}
