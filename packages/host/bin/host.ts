#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Keeps the translator of TypeScript out of memory. Not in the system's temporary folder, where others may write.
enableCompileCache(join(process.env.NULLSPACE_CACHE_DIR || '/var/cache/nullspace', 'compiled-host'));

const { runCommandLine } = await import('../src/process/command-line.ts');
try {
  process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(`host: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
// What is still waited for belongs to sandboxes that run on.
process.exit();
