#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Plain JavaScript, so that with a filled cache no start pays for stripping types. The folder belongs to the
// caller: compiled code in a folder that others can write to would run with the caller's rights.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nullspace', 'compiled'));
const { main } = await import('../src/main.ts');
await main(process.argv.slice(2));
