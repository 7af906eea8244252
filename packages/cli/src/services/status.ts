import { type CertificateStatus, readCertificate } from './certificate.ts';
import { serviceNames } from './definitions.ts';
import { isAlive, residentBytes } from './identity.ts';
import type { Installation } from './installation.ts';
import { readRecord } from './record.ts';

export interface ServiceStatus {
  name: string;
  /** "starting": it lives but was not ready yet. "ended": it was started and is gone. */
  state: 'running' | 'starting' | 'ended' | 'stopped';
  pid?: number;
  started_at?: string;
  resident_bytes?: number;
  url?: string;
  log_file?: string;
  /** Certificate of previews, where the server gets it by ACME. */
  certificate?: CertificateStatus;
}

/** How the services of an installation are. Changes nothing. */
export function serviceStatus(installation: Installation): ServiceStatus[] {
  const certificate = readCertificate(installation);
  return serviceNames.map((name) => {
    const record = readRecord(installation.paths.runDir, name);
    if (!record) return { name, state: 'stopped' };
    const { pid, startedAt, logFile, ready } = record;
    if (!isAlive(record)) return { name, state: 'ended', started_at: startedAt, log_file: logFile };
    return {
      name,
      state: ready ? 'running' : 'starting',
      pid,
      started_at: startedAt,
      resident_bytes: residentBytes(pid),
      ...(typeof ready?.url === 'string' && { url: ready.url }),
      log_file: logFile,
      ...(name === 'server' && certificate && { certificate }),
    };
  });
}
