import { SandboxError } from '../errors/sandbox-error.ts';

/** Lets errors name the session in `details.upload_id`, so that the upload can be resumed. */
export async function withUploadId<T>(uploadId: string, upload: () => Promise<T>): Promise<T> {
  try {
    return await upload();
  } catch (error) {
    if (error instanceof SandboxError) {
      const details = { ...error.details, upload_id: uploadId };
      Object.defineProperty(error, 'details', { value: details, enumerable: true, configurable: true });
    }
    throw error;
  }
}
