/**
 * Environment of Node for host and server. All threads share one arena of the C library's memory: those of their own
 * keep some 3 MB of each service, and the services' threads allocate too little to get in each other's way.
 */
export const nodeEnvironment: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' };
