import type { ServiceDefinition, ServiceFolders } from './definition.ts';
import { endProcess } from './end.ts';
import { readLiveRecord, type ServiceRecord } from './record.ts';
import { startService } from './start.ts';

export interface BroughtUp {
  name: string;
  /** "running": it ran with the same code and settings and was left alone. */
  outcome: 'started' | 'restarted' | 'running';
  record: ServiceRecord;
}

/**
 * Sees to it that a service runs with the code and settings of its definition. One that was started with others,
 * or never became ready, is restarted.
 */
export async function bringUp(definition: ServiceDefinition, folders: ServiceFolders): Promise<BroughtUp> {
  const { name } = definition;
  const running = readLiveRecord(folders.runDir, name);
  if (running?.ready && running.fingerprint === definition.fingerprint) {
    return { name, outcome: 'running', record: running };
  }
  if (running) await endProcess(running, { patienceMs: definition.endMs });
  const record = await startService(definition, folders);
  return { name, outcome: running ? 'restarted' : 'started', record };
}
