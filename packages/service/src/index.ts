export { prepareCompileCache } from './compile-cache.ts';
export { type Logger, openLog } from './log/open-log.ts';
export { nodeEnvironment } from './node-environment.ts';
export { nodeFlags } from './node-flags.ts';
export { syncFolder, writeAtomic } from './write-atomic.ts';
