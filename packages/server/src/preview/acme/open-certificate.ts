import { X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { paths, type Settings, SettingsError } from '@nullspace/configuration';
import type { Logger } from 'pino';
import { exposeCertificate } from '../../metrics/certificate-metrics.ts';
import type { ServerMetrics } from '../../metrics/server-metrics.ts';
import { AcmeCertificate } from './acme-certificate.ts';
import { jobOf } from './job.ts';

/**
 * The certificate by ACME of these settings; undefined when none is wanted.
 *
 * @throws {SettingsError} When this account cannot run the hook or read a file that is named.
 */
export async function openCertificate(context: {
  settings: Settings;
  log: Logger;
  metrics: ServerMetrics;
}): Promise<AcmeCertificate | undefined> {
  const { settings, log, metrics } = context;
  if (!settings.preview_acme) return undefined;
  await checkHook(settings.preview_acme_hook);
  if (settings.preview_acme_ca) await checkRoots(settings.preview_acme_ca);
  if (settings.preview_acme_eab_key_file) await checkBinding(settings.preview_acme_eab_key_file);
  const job = jobOf(settings, paths(settings).acmeDir);
  const certificate = new AcmeCertificate({ job, retryMs: settings.preview_acme_retry_ms, log });
  await certificate.open();
  exposeCertificate(metrics.registry, certificate);
  return certificate;
}

async function checkHook(hook: string): Promise<void> {
  try {
    await access(hook, constants.X_OK);
    if (!(await stat(hook)).isFile()) throw new Error('it is no file');
  } catch (cause) {
    refuse('preview_acme_hook', hook, "must be a program that the server's account may execute", cause);
  }
}

async function checkRoots(file: string): Promise<void> {
  try {
    new X509Certificate(await readFile(file));
  } catch (cause) {
    refuse(
      'preview_acme_ca',
      file,
      "must be a file of certificates that the server's account may read",
      cause,
    );
  }
}

async function checkBinding(file: string): Promise<void> {
  const rule = "must be a file with one key in base64url that the server's account may read";
  const text = await readFile(file, 'utf8').catch((cause) =>
    refuse('preview_acme_eab_key_file', file, rule, cause),
  );
  if (!/^[\w-]+=*$/.test(text.trim())) {
    refuse('preview_acme_eab_key_file', file, rule, new Error('it holds something else'));
  }
}

function refuse(setting: string, source: string, rule: string, cause: unknown): never {
  throw new SettingsError([{ setting, source, message: `${rule}: ${(cause as Error).message}` }], { cause });
}
