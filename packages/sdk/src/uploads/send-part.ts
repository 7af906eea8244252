import type { CallOptions } from '../client/options.ts';
import { sleep } from '../client/sleep.ts';
import { RateLimitError } from '../errors/limits.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import {
  FileUploadError,
  UploadChecksumError,
  UploadExpiredError,
  UploadStateError,
} from '../errors/upload.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { sha256 } from './checksum.ts';
import { readUpload, uploadPath } from './sessions.ts';

const attempts = 8;
const firstPauseMs = 250;
const longestPauseMs = 4000;

export interface Part {
  uploadId: string;
  /** Counted from 0. */
  number: number;
  bytes: Uint8Array;
}

/**
 * Sends one part until it has arrived. Between attempts the session is asked, so that one that has ended meanwhile is
 * not tried in vain.
 */
export async function sendPart(
  scope: SandboxScope,
  part: Part,
  call: CallOptions,
  onRetry: () => void,
): Promise<void> {
  const { uploadId, number, bytes } = part;
  const headers = {
    'content-type': 'application/octet-stream',
    'x-nullspace-part-sha256': await sha256(bytes),
  };
  const path = `${uploadPath(scope, uploadId)}/parts/${number}`;
  for (let attempt = 1; ; attempt++) {
    try {
      await scope.client.send('PUT', path, { ...call, headers, body: bytes });
      return;
    } catch (error) {
      if (attempt === attempts || !mayPass(error)) throw error;
      onRetry();
      await sleep(pauseMs(attempt), call.signal);
      if (await isDone(scope, uploadId, call)) return;
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof RateLimitError || error instanceof UploadChecksumError) return true;
  if (!(error instanceof SandboxError)) return false;
  if (error.code === 'transport_error' || error.code === 'timeout') return true;
  return error.status !== undefined && error.status >= 500 && !(error instanceof FileUploadError);
}

function pauseMs(attempt: number): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
  return pause * (1 + Math.random() / 4);
}

/** Whether the upload was completed by someone else. @throws when it has ended otherwise */
async function isDone(scope: SandboxScope, uploadId: string, call: CallOptions): Promise<boolean> {
  let status: string;
  try {
    ({ status } = await readUpload(scope, uploadId, call));
  } catch (error) {
    // The server may be on its way back; the next attempt shows.
    if (mayPass(error)) return false;
    throw error;
  }
  if (status === 'completed') return true;
  refuseEnded(uploadId, status);
  return false;
}

/** @throws the error for a session to which nothing can be added any more. */
export function refuseEnded(uploadId: string, status: string): void {
  if (status !== 'aborted' && status !== 'expired' && status !== 'failed') return;
  const message = `The upload ${uploadId} is ${status}. Start it again.`;
  if (status === 'expired') throw new UploadExpiredError(message);
  throw new UploadStateError(message);
}
