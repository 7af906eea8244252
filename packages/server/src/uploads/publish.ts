import { createHash } from 'node:crypto';
import { guest } from '@nullspace/proto';
import { sendChunks } from '../files/send-chunks.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { readGuestStream } from '../guests/read-stream.ts';
import { toCount } from '../sandboxes/read-metrics.ts';
import type { Upload } from '../store/uploads/upload.ts';
import { readParts } from './read-parts.ts';
import { READ_BYTES, type StagedPart } from './staging.ts';
import type { UploadAddress, Uploads } from './uploads.ts';

const conflicts = {
  merge: guest.ArchiveConflict.MERGE,
  replace: guest.ArchiveConflict.REPLACE,
  error: guest.ArchiveConflict.ERROR,
};

interface Publication {
  upload: Upload;
  parts: ReadonlyMap<number, StagedPart>;
  /** A server may have died after it had published and before it knew. */
  wasInterrupted: boolean;
}

/** Puts the bytes of an upload in their place at once: before that and after a failure the target is as it was. */
export async function publish(
  uploads: Uploads,
  address: UploadAddress,
  publication: Publication,
): Promise<{ bytes: number; files: number }> {
  const { upload, parts, wasInterrupted } = publication;
  const live = await uploads.context.finder.findLive(address);
  const target = { path: upload.targetPath, user: upload.user ?? '' };
  const call = { path: target.path, user: target.user, uploadId: upload.id };
  const chunks = readParts(uploads.staging, upload, parts);
  if (upload.kind === 'directory_tar') {
    const options = { target, conflict: conflicts[upload.conflict] };
    const { bytes, files } = await sendChunks(
      uploads.context,
      live,
      { call, chunks },
      (guestOf, pieces, signal) => guestOf.unpackArchive(toMessages({ options }, pieces), signal),
    );
    return { bytes: toCount(bytes), files };
  }
  const mustNotExist = upload.conflict === 'error';
  if (mustNotExist && wasInterrupted && (await isThere(uploads, live, publication))) {
    return { bytes: upload.contentLength, files: 1 };
  }
  // With a length the agent publishes at the last byte: it comes once all have been checked.
  const length = upload.contentLength;
  const sending = { call, chunks, pieceBytes: READ_BYTES };
  await sendChunks(uploads.context, live, sending, (guestOf, pieces, signal) =>
    guestOf.writeContents({ ...target, mustNotExist }, { chunks: pieces, length }, signal),
  );
  return { bytes: upload.contentLength, files: 1 };
}

async function* toMessages<First>(first: First, pieces: AsyncIterable<Uint8Array>) {
  yield first;
  for await (const data of pieces) yield { data };
}

/** Whether the target is the very file that was uploaded. */
async function isThere(
  { context, staging }: Uploads,
  live: LiveInstance,
  { upload, parts }: Publication,
): Promise<boolean> {
  const target = { path: upload.targetPath, user: upload.user ?? '' };
  const call = { failure: 'guest_unavailable' as const, ...target, answerMs: 0 };
  return context.guests.call(live, call, async ({ unary, streams }, signal) => {
    const { info } = await unary.stat({ target }, { signal });
    if (info?.type !== 'file' || toCount(info.size) !== upload.contentLength) return false;
    const [there, uploaded] = [createHash('sha256'), createHash('sha256')];
    const messages = streams.readFile({ target, maxBytes: info.size }, { signal });
    for await (const { data } of readGuestStream(messages, (message) => message.data.length)) {
      there.update(data);
    }
    for await (const chunk of readParts(staging, upload, parts)) uploaded.update(chunk);
    return there.digest('hex') === uploaded.digest('hex');
  });
}
