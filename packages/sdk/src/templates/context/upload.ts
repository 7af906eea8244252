import type { PreflightRequest, PreflightResult, ContextEntry as WireEntry } from '@nullspace/contract';
import type { Client } from '../../client/client.ts';
import { eachLimited } from '../../client/limited.ts';
import type { CallOptions } from '../../client/options.ts';
import { pathId } from '../../client/path-id.ts';
import { SandboxError } from '../../errors/sandbox-error.ts';
import type { BuildUploadProgress } from './build-upload-progress.ts';
import { digestFiles } from './digest.ts';
import { type ContextEntry, describeEntry } from './entry.ts';
import { nodeFiles } from './node-files.ts';

interface Missing {
  blobId: string;
  source: string;
  sizeBytes: number;
}

const parallel = 8;
const patienceMs = 300_000;

/** Sends what the server misses, each content once, and returns the files as the request names them. */
export async function uploadContext(
  client: Client,
  entries: ContextEntry[],
  { signal, onProgress }: CallOptions & { onProgress?: (progress: BuildUploadProgress) => void },
): Promise<WireEntry[]> {
  if (entries.length === 0) return [];
  const digests = await digestFiles(entries, signal);
  const json: PreflightRequest = { files: entries.map((entry) => describe(entry, digests)) };
  const call = { signal, requestTimeoutMs: patienceMs };
  const { files } = await client.json<PreflightResult>('POST', '/v1/templates/blobs/preflight', {
    ...call,
    json,
  });
  if (files?.length !== entries.length) {
    throw new SandboxError('The preflight answered for another number of files.', {
      code: 'invalid_response',
    });
  }
  const missing = missingOf(files, entries);
  const progress = {
    uploadedFiles: 0,
    totalFiles: missing.length,
    uploadedBytes: 0,
    totalBytes: missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
  await eachLimited(missing, parallel, async ({ blobId, source, sizeBytes }) => {
    await client.send('PUT', `/v1/templates/blobs/${pathId('blob', blobId)}`, {
      ...call,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) },
      body: nodeFiles().fs.createReadStream(source, { signal }),
    });
    progress.uploadedFiles++;
    progress.uploadedBytes += sizeBytes;
    onProgress?.({ ...progress });
  });
  return entries.map((entry, index) => ({ ...describeEntry(entry), blob_id: files[index]!.blob_id }));
}

/** Entries with their content, as checks without a build take them. */
export async function inlineContext(entries: ContextEntry[]): Promise<WireEntry[]> {
  const { fs } = entries.length > 0 ? nodeFiles() : { fs: undefined };
  return entries.map((entry) => ({
    ...describeEntry(entry),
    ...(entry.source === undefined ? {} : { content_base64: fs!.readFileSync(entry.source, 'base64') }),
  }));
}

function describe(entry: ContextEntry, digests: Map<string, string>): PreflightRequest['files'][number] {
  const { path, mode } = describeEntry(entry);
  if (entry.source === undefined) return { path, entry_type: 'dir', mode };
  return {
    path,
    entry_type: 'file',
    mode,
    sha256: digests.get(entry.source)!,
    size_bytes: entry.sizeBytes,
    ...(entry.forceUpload ? { force_upload: true } : {}),
  };
}

function missingOf(files: PreflightResult['files'], entries: ContextEntry[]): Missing[] {
  const missing = new Map<string, Missing>();
  for (const [index, { source, sizeBytes }] of entries.entries()) {
    const { blob_id: blobId, missing: isMissing } = files[index]!;
    if (source !== undefined && blobId !== undefined && isMissing)
      missing.set(blobId, { blobId, source, sizeBytes });
  }
  return [...missing.values()];
}
