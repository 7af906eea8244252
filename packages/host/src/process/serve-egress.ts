import { type Egress, runEgress } from '@nullspace/runtime';
import { weighAsWork } from '../capacity/weigh.ts';
import type { HostContext } from '../context.ts';

/** Lets guests' connections through that names allow, until it is closed; they end with it. */
export async function serveEgress(host: HostContext, { program }: { program: string }): Promise<Egress> {
  return await runEgress({
    program,
    gate: host.network.egress,
    // It works as much as guests have it work.
    onStart: (pid) => weighAsWork(host, pid),
    onError: (error) => host.log.warn({ err: error }, 'connections that names allow were interrupted'),
  });
}
