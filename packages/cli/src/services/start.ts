import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../errors/cli-error.ts';
import { compileService } from './compile.ts';
import type { ServiceDefinition, ServiceFolders } from './definition.ts';
import { endProcess } from './end.ts';
import { identify } from './identity.ts';
import { commandLine } from './launch.ts';
import { openLog } from './log-file.ts';
import { waitUntilReady } from './readiness.ts';
import { removeRecord, type ServiceRecord, writeRecord } from './record.ts';

/**
 * Starts a service in the background and waits until it is ready. It outlives the caller.
 *
 * @throws {CliError} When it does not become ready; it is ended then.
 */
export async function startService(
  definition: ServiceDefinition,
  folders: ServiceFolders,
): Promise<ServiceRecord> {
  const { name, program, account, fingerprint } = definition;
  const logFile = join(folders.logsDir, `${name}.log`);
  const viewDir = join(folders.runDir, 'view');
  const env = compileService(definition, { viewDir });
  const { command, args } = commandLine(program, { account, viewDir });
  const { descriptors, offset } = openLog(logFile);
  const child = spawn(command, args, {
    cwd: '/',
    detached: true,
    env,
    stdio: ['ignore', descriptors.log, descriptors.log, descriptors.older],
  });
  for (const descriptor of Object.values(descriptors)) closeSync(descriptor);
  const becomesReady = waitUntilReady(child, { name, logFile, offset, patienceMs: definition.readyMs });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (!identity) {
    await becomesReady;
    throw new CliError(`${name} ended while starting.`, { code: 'service_failed' });
  }
  const record: ServiceRecord = {
    ...identity,
    name,
    fingerprint,
    startedAt: new Date().toISOString(),
    logFile,
  };
  writeRecord(folders.runDir, record);
  try {
    record.ready = pickReadyFields(await becomesReady);
  } catch (error) {
    await endProcess(identity, { patienceMs: definition.endMs });
    removeRecord(folders.runDir, name);
    throw error;
  }
  writeRecord(folders.runDir, record);
  child.unref();
  return record;
}

function pickReadyFields(line: Record<string, unknown>): Record<string, unknown> {
  const logging = ['level', 'time', 'pid', 'hostname', 'name', 'msg', 'v'];
  return Object.fromEntries(Object.entries(line).filter(([key]) => !logging.includes(key)));
}
