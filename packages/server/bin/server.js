#!/usr/bin/env node
/**
 * Starts the server with its own code from the folder `NULLSPACE_COMPILE_CACHE`, and its libraries as they are. Node keeps
 * all that it has read from such a folder beside what it runs, for good: 5 MB for libraries, which need no translation.
 */
import { enableCompileCache } from 'node:module';
import './libraries.js';

const folder = process.env.NULLSPACE_COMPILE_CACHE;
if (folder) enableCompileCache(folder);
await import('./server.ts');
