export type * from './engine.ts';
export { NoSlotError, RuntimeFailure } from './errors.ts';
export { createGvisorEngine } from './gvisor/create-engine.ts';
export type { GvisorOptions } from './gvisor/options.ts';
export { createNetwork } from './network/create-network.ts';
export type { NetworkOptions } from './network/options.ts';
export type { Resolver, ResolverOptions } from './resolver/create-resolver.ts';
export { createResolver } from './resolver/create-resolver.ts';
