import type { Settings } from '@nullspace/configuration';

/** What an attempt to get a certificate needs, as one process tells it to another. */
export interface AcmeJob {
  /** Folder of account, order and certificate. */
  folder: string;
  domain: string;
  directory: string;
  email: string;
  /** File of root certificates for the directory; empty: those that Node.js brings. */
  ca: string;
  /** Identifier and file of the key that binds the account to one at the authority; empty: none. */
  eabKid: string;
  eabKeyFile: string;
  hook: string;
  hookTimeoutMs: number;
  dnsWaitMs: number;
}

/** How an attempt ended. */
export type AcmeResult =
  | { outcome: 'issued'; warnings: string[] }
  | {
      outcome: AcmeFailure;
      message: string;
      /** The authority does not want to be asked earlier. */
      retryAfterMs?: number;
      warnings: string[];
    };

/** Why there is no certificate; a label of metrics too. */
export type AcmeFailure = 'hook' | 'unreachable' | 'refused' | 'rate_limited' | 'storage' | 'internal';

export const jobOf = (settings: Settings, folder: string): AcmeJob => ({
  folder,
  domain: settings.preview_domain,
  directory: settings.preview_acme_directory,
  email: settings.preview_acme_email,
  ca: settings.preview_acme_ca,
  eabKid: settings.preview_acme_eab_kid,
  eabKeyFile: settings.preview_acme_eab_key_file,
  hook: settings.preview_acme_hook,
  hookTimeoutMs: settings.preview_acme_hook_timeout_ms,
  dnsWaitMs: settings.preview_acme_dns_wait_ms,
});
