import { readCertificate } from '../services/certificate.ts';
import type { Installation } from '../services/installation.ts';
import { serviceStatus } from '../services/status.ts';
import { fail, type Probe, pass, warn } from './probe.ts';

/** Whether host and server of an installation run, and how the certificate is that the server gets by ACME. */
export function probeServices(installation: Installation): Probe[] {
  return [...probeRunning(installation), ...probeCertificate(installation)];
}

function probeRunning(installation: Installation): Probe[] {
  return serviceStatus(installation).map(({ name, state, pid, log_file }) => {
    const probe = `${name}_service`;
    if (state === 'running') return pass(probe, `${name} runs as process ${pid}`, { log_file });
    if (state === 'starting') return fail(probe, `${name} is not ready yet`, `Wait, or read ${log_file}.`);
    if (state === 'ended') {
      return fail(probe, `${name} was started but has ended`, `Read ${log_file}, then run "nullspace up".`);
    }
    return fail(probe, `${name} does not run`, 'Start it: nullspace up');
  });
}

function probeCertificate(installation: Installation): Probe[] {
  const certificate = readCertificate(installation);
  if (!certificate) return [];
  const name = 'preview_certificate';
  const { state, message, ...details } = certificate;
  const mend = 'Mend what it says and run "nullspace up"; docs/previews.md tells about ACME.';
  if (state === 'valid') return [pass(name, message, details)];
  if (state === 'unknown') return [warn(name, message, 'Run it as root.')];
  return [state === 'failing' ? warn(name, message, mend) : fail(name, message, mend, details)];
}
