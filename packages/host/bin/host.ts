#!/usr/bin/env node
import { runCommandLine } from '../src/process/command-line.ts';

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(`host: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
// What is still waited for belongs to sandboxes that run on.
process.exit();
