import { endProcess } from './end.ts';
import { readLiveRecord, removeRecord } from './record.ts';

export interface TakenDown {
  name: string;
  /** "killed": it did not end by itself. "not_running": there was nothing to stop. */
  outcome: 'stopped' | 'killed' | 'not_running';
}

/** Ends a background service and removes its record. */
export async function takeDown(
  name: string,
  options: { runDir: string; patienceMs: number },
): Promise<TakenDown> {
  const running = readLiveRecord(options.runDir, name);
  const how = running ? await endProcess(running, { patienceMs: options.patienceMs }) : 'gone';
  removeRecord(options.runDir, name);
  if (how === 'gone') return { name, outcome: 'not_running' };
  return { name, outcome: how === 'killed' ? 'killed' : 'stopped' };
}
