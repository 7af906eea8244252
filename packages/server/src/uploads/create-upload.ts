import { createHash } from 'node:crypto';
import {
  type CreateUploadBody,
  ID_LENGTH,
  idPrefixes,
  isReservedPath,
  limits,
  RESERVED_FOLDER,
} from '@nullspace/contract';
import { ApiError, invalidField } from '../api-error.ts';
import { callAboutFile } from '../files/file-calls.ts';
import { makeId } from '../make-id.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import type { IdempotencyClaim } from '../store/records.ts';
import type { NewUpload, Upload } from '../store/uploads/upload.ts';
import type { Uploads } from './uploads.ts';

/** Disk of the server that uploads leave free for everything else. */
const SPARED_BYTES = 256 * 1024 * 1024;

/** Opens an upload, once what can be refused at its end has been looked at. */
export async function createUpload(
  uploads: Uploads,
  address: SandboxAddress,
  body: CreateUploadBody,
  claim?: IdempotencyClaim,
): Promise<Upload> {
  const { context, quotas } = uploads;
  const limit = quotas.sandboxBytes;
  if (body.content_length > limit) {
    const values = { limit, bytes: body.content_length };
    throw new ApiError('upload_too_large', values, { details: { ...values, path: body.target_path } });
  }
  const { executionId } = await context.finder.read(address);
  await checkTarget(uploads, address, body);
  const free = (await uploads.staging.freeBytes()) - SPARED_BYTES;
  if (body.content_length > free) throw noRoom(body, 'the disk of the server is full');
  const now = Date.now();
  const upload: NewUpload = {
    id: claim ? idOf(claim) : makeId('upload'),
    tenantId: address.tenantId,
    executionId,
    kind: body.kind,
    sourceKind: body.source_kind,
    targetPath: body.target_path,
    user: body.user?.trim() || null,
    contentLength: body.content_length,
    partSize: limits.upload_part_bytes,
    conflict: body.conflict,
    wholeChecksum: body.whole_checksum_sha256 ?? null,
    createdAt: now,
    expiresAt: now + limits.upload_keep_secs * 1000,
  };
  return insert(uploads, upload, body);
}

async function insert(uploads: Uploads, upload: NewUpload, body: CreateUploadBody): Promise<Upload> {
  const { context, quotas } = uploads;
  const result = await context.store.insertUpload(upload, quotas);
  if (result.inserted) return result.upload;
  if (result.quota === 'maxOpen') {
    const problem = `The sandbox has ${result.used} open uploads, as many as it may have`;
    throw new ApiError('quota_exceeded', { problem }, { details: { limit: quotas.maxOpen } });
  }
  if (result.quota !== undefined) {
    const whose = result.quota === 'sandboxBytes' ? 'uploads of this sandbox' : 'uploads of all sandboxes';
    throw noRoom(body, `${whose} have ${result.used} of ${quotas[result.quota]} bytes set aside`);
  }
  // The first request with this key was cut off after it had opened the upload.
  const known = result.upload;
  const isSame = known.status === 'open' && known.tenantId === upload.tenantId;
  return isSame ? known : insert(uploads, { ...upload, id: makeId('upload') }, body);
}

/** The same for every request with an idempotency key, so that a repetition finds what the first one opened. */
function idOf({ tenantId, path, key }: IdempotencyClaim): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([tenantId, path, key]))
    .digest('hex');
  return idPrefixes.upload + digest.slice(0, ID_LENGTH);
}

function noRoom({ content_length: bytes, target_path: path }: CreateUploadBody, problem: string): ApiError {
  return new ApiError('upload_staging_full', { bytes, problem }, { details: { bytes, path } });
}

/** What the end of an upload would refuse for sure is refused before its bytes are sent. */
async function checkTarget(
  { context }: Uploads,
  address: SandboxAddress,
  { target_path: path, user, kind, conflict }: CreateUploadBody,
): Promise<void> {
  const refuse = (problem: string) => invalidField('target_path', `${path} ${problem}`);
  const stat = async (at: string) => {
    const { info } = await callAboutFile(context, address, { path: at, user }, ({ unary }, target, signal) =>
      unary.stat({ target }, { signal }),
    );
    return info;
  };
  if (path.split('/').some((name) => Buffer.byteLength(name) > limits.name_bytes)) {
    throw refuse(`has a name of more than ${limits.name_bytes} bytes`);
  }
  if (path.startsWith('/') && isReservedPath(path)) throw refuse(`lies in ${RESERVED_FOLDER}`);
  const info = await stat(path);
  if (!info) {
    const above = await stat(`${path}/..`);
    if (above && above.type !== 'dir') throw refuse('lies below a file');
    return;
  }
  if (conflict === 'error') {
    const values = { path, sandbox_id: address.sandboxId };
    throw new ApiError('upload_target_conflict', values, { details: values });
  }
  if (kind === 'file') refuseFileAt(info.type, refuse);
  else if (info.path === '/') throw refuse('is the root directory');
  else if (info.type !== 'dir' && info.type !== 'symlink') throw refuse('is not a directory');
}

function refuseFileAt(type: string, refuse: (problem: string) => ApiError): void {
  if (type === 'dir') throw refuse('is a directory');
  if (type !== 'file' && type !== 'symlink') throw refuse(`is a ${type}, which cannot be replaced`);
}
