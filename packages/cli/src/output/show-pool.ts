import type { WarmPoolInfo } from 'nullspace';
import { poolLines, poolRecord } from './records/pool.ts';
import type { Terminal } from './terminal.ts';

/** Prints a pool as JSON or as a line. */
export function showPool(
  info: WarmPoolInfo,
  { json, terminal }: { json: boolean; terminal: Terminal },
): void {
  if (json) terminal.printJson(poolRecord(info));
  else for (const line of poolLines(info)) terminal.print(line);
}
