import type { Readable } from 'node:stream';
import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { serveRoute } from '../app/serve-route.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import type { ClaimRecovery } from '../idempotency/claim-recovery.ts';
import { createdResponse } from '../idempotency/stored-responses.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { abortUpload } from './abort-upload.ts';
import { completeUpload } from './complete-upload.ts';
import { createUpload } from './create-upload.ts';
import { putPart } from './put-part.ts';
import type { UploadAddress, Uploads } from './uploads.ts';

export function serveUploads(app: FastifyInstance, uploads: Uploads, recovery: ClaimRecovery): void {
  const { context } = uploads;
  serveRoute(app, context, routes.createUpload, (call) =>
    answerOnce(context, recovery, call, async (claim) => {
      const upload = await createUpload(uploads, addressOf(call), call.body, claim);
      return createdResponse({ session: await uploads.present(upload) });
    }),
  );
  serveRoute(app, context, routes.getUpload, async (call) =>
    uploads.present(await uploads.read(uploadOf(call))),
  );
  serveRoute(app, context, routes.completeUpload, (call) =>
    completeUpload(uploads, uploadOf(call), call.body),
  );
  serveRoute(app, context, routes.abortUpload, (call) => abortUpload(uploads, uploadOf(call)));
  serveParts(app, uploads);
}

// Bytes arrive with any content type or none, so this route reads no JSON.
function serveParts(app: FastifyInstance, uploads: Uploads): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    serveRoute(scope, uploads.context, routes.uploadPart, async (call) => {
      const gone = new AbortController();
      call.reply.raw.once('close', () => gone.abort());
      const upload = await putPart(uploads, uploadOf(call), {
        number: call.params.part_number,
        sha256: call.request.headers['x-nullspace-part-sha256'],
        bytes: (call.request.body as Readable | undefined) ?? call.request.raw,
        signal: gone.signal,
      });
      return uploads.present(upload);
    });
  });
}

function uploadOf(call: {
  tenantId: string;
  params: { sandbox_id: string; upload_id: string };
}): UploadAddress {
  return { ...addressOf(call), uploadId: call.params.upload_id };
}
