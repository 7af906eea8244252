import type { UploadAddress, Uploads } from './uploads.ts';

/** Ends an upload and drops its parts. One that has ended without being published is fine. */
export async function abortUpload(uploads: Uploads, address: UploadAddress): Promise<void> {
  const { id } = await uploads.read(address);
  await uploads.inTurn(id, async () => {
    const upload = await uploads.read(address);
    if (upload.status === 'completed') await uploads.readUnfinished(address);
    await uploads.end(upload, 'aborted');
  });
}
