import type { Settings } from '@nullspace/configuration';
import { createResolver, type Network } from '@nullspace/runtime';
import type { Logger } from 'pino';

/** Answers guests' lookups on the network's own addresses until it is closed. */
export async function serveResolvers(
  network: Network,
  options: { settings: Settings; log: Logger },
): Promise<{ close(): Promise<void> }> {
  const nameservers = options.settings.nameservers.split(',').flatMap((text) => text.trim() || []);
  const resolvers = await Promise.all(
    network.nameservers.map((address) =>
      createResolver({
        address,
        nameservers,
        mayResolve: (guest) => network.mayResolve(guest),
        lookups: network.lookups,
        onError: (error) => options.log.warn({ err: error }, "the guests' resolver failed"),
      }),
    ),
  );
  return {
    async close() {
      await Promise.all(resolvers.map((resolver) => resolver.close()));
    },
  };
}
