import { Counter, Gauge, type Registry } from 'prom-client';

/** Has the certificate of previews, got by ACME, seen with the other numbers. */
export function exposeCertificate(
  registry: Registry,
  certificate: {
    readonly expiresAt: number | undefined;
    readonly failures: number;
    onAttempt(outcome: string): void;
  },
): void {
  const registers = [registry];
  const attempts = new Counter({
    name: 'nullspace_preview_certificate_attempts_total',
    help: 'Attempts to get a certificate for previews by ACME, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  certificate.onAttempt = (outcome) => attempts.inc({ outcome });
  new Gauge({
    name: 'nullspace_preview_certificate_failures',
    help: 'Attempts to get a certificate for previews that have failed since one did not.',
    registers,
    collect() {
      this.set(certificate.failures);
    },
  });
  new Gauge({
    name: 'nullspace_preview_certificate_expiry_seconds',
    help: 'Unix time at which the certificate of previews expires; 0 while there is none.',
    registers,
    collect() {
      this.set((certificate.expiresAt ?? 0) / 1000);
    },
  });
}
