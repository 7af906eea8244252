import { type Egress, type Network, runEgress } from '@nullspace/runtime';
import type { Logger } from 'pino';

/** Lets guests' connections through that names allow, until it is closed; they end with it. */
export async function serveEgress(
  network: Network,
  { program, log }: { program: string; log: Logger },
): Promise<Egress> {
  return await runEgress({
    program,
    gate: network.egress,
    onError: (error) => log.warn({ err: error }, 'connections that names allow were interrupted'),
  });
}
