#!/usr/bin/env node
import { AcmeError } from '../src/preview/acme/acme-error.ts';
import type { AcmeJob, AcmeResult } from '../src/preview/acme/job.ts';
import { obtainCertificate } from '../src/preview/acme/obtain-certificate.ts';

/**
 * One attempt to get a certificate, started by the server, which tells it the job and hears how it ended. A process of its
 * own, since an attempt is made every two months and the server is not to keep the memory of the library in between.
 */
process.once('message', (job: AcmeJob) => {
  const over = new AbortController();
  const end = () => {
    over.abort();
    // The operator's program has been ended; what is written is whole.
    process.exit(1);
  };
  // The server has ended, however it did.
  process.once('disconnect', end);
  process.once('SIGTERM', end);
  obtainCertificate(job, over.signal)
    .then(
      (warnings): AcmeResult => ({ outcome: 'issued', warnings }),
      (error: Error): AcmeResult => ({
        outcome: error instanceof AcmeError ? error.failure : 'internal',
        message: error.message,
        warnings: [],
        ...(error instanceof AcmeError && error.retryAfterMs !== undefined
          ? { retryAfterMs: error.retryAfterMs }
          : {}),
      }),
    )
    .then((result) => {
      process.off('disconnect', end);
      process.send?.(result, () => process.disconnect());
    });
});
