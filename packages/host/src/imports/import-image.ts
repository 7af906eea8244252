import { create } from '@bufbuild/protobuf';
import { host as proto } from '@nullspace/proto';
import { checkDisk, readDisk } from '../capacity/disk.ts';
import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import { makeImage } from '../imager/make-image.ts';
import { refuseWhenDraining } from '../shutting-down.ts';
import { convert } from './convert.ts';
import { openSource, type Source } from './open-source.ts';
import {
  findByRequest,
  find as findRecord,
  type ImportRecord,
  imageKey,
  makeRecord,
  remember,
  requestKey,
} from './records.ts';
import type { Progress } from './shared-works.ts';

/** What Dockerfiles call a root without files. */
const EMPTY = 'scratch';

const longestReference = 4096;
const longestCredential = 64 * 1024;

interface Imported {
  record: ImportRecord;
  cached: boolean;
}

type Tell = (progress: Progress) => void;

/**
 * Makes a root image of an image in a registry. Equal imports at the same moment are one; it ends early when all who
 * wait for it have gone.
 *
 * @throws {HostError}
 */
export async function importImage(
  host: HostContext,
  request: proto.ImportImageRequest,
  options: { signal: AbortSignal; tell: Tell },
): Promise<proto.ImportedImage> {
  validate(request);
  refuseWhenDraining(host);
  const known = request.refresh ? undefined : await findByRequest(host, request);
  const { record, cached } = known
    ? { record: known, cached: true }
    : await importAnew(host, request, options);
  for (const message of record.notices) {
    options.tell({ phase: 'notice', message, doneBytes: 0, totalBytes: 0 });
  }
  return create(proto.ImportedImageSchema, {
    image: record.image,
    sizeBytes: BigInt(record.size_bytes),
    manifestDigest: record.manifest_digest,
    configJson: record.config_json,
    cached,
  });
}

async function importAnew(
  host: HostContext,
  request: proto.ImportImageRequest,
  { signal, tell }: { signal: AbortSignal; tell: Tell },
): Promise<Imported> {
  checkDisk(await readDisk(host.paths.hostDir), 0);
  const key = requestKey(request);
  return await host.works.join(
    `import ${key}`,
    async (ends, say) => {
      const imported = await start(host, request, { ends: AbortSignal.any([ends, deadline(host)]), say });
      await remember(host, key, { ...imported.record, found_unix_ms: Date.now() });
      return imported;
    },
    { signal, tell },
  );
}

async function start(
  host: HostContext,
  request: proto.ImportImageRequest,
  { ends, say }: { ends: AbortSignal; say: Tell },
): Promise<Imported> {
  if (request.reference === EMPTY) return await makeEmpty(host, { ends, say });
  say({ phase: 'resolve', message: request.reference, doneBytes: 0, totalBytes: 0 });
  const source = await openSource(host, request, ends);
  const { image } = source;
  try {
    const key = imageKey(image.image_digest);
    const known = await findRecord(host, key);
    const found = { manifest_digest: image.manifest_digest, config_json: image.config_json };
    if (known) return { record: { ...known, ...found }, cached: true };
    const made = await host.works.join(
      `image ${key}`,
      (signal, tell) => make(host, source, { key, signal, tell }),
      { signal: ends, tell: say },
    );
    return { record: { ...made, ...found }, cached: false };
  } finally {
    await source.leave();
  }
}

/** The image of a root without any file, which no registry has. */
async function makeEmpty(
  host: HostContext,
  { ends: signal, say: tell }: { ends: AbortSignal; say: Tell },
): Promise<Imported> {
  const { digest, sizeBytes } = await makeImage(host, { order: { layers: [], empty: true }, signal, tell });
  const about = { manifest_digest: EMPTY, config_json: '{}', notices: [] };
  return { record: makeRecord({ image: digest, size_bytes: sizeBytes, ...about }), cached: false };
}

/** Fetches the layers and puts them together. The source is this work's from here on. */
async function make(
  host: HostContext,
  source: Source,
  { key, signal, tell }: { key: string; signal: AbortSignal; tell: Tell },
): Promise<ImportRecord> {
  const notices: string[] = [];
  const tellOrKeep = (progress: Progress) => {
    if (progress.phase === 'notice') notices.push(progress.message);
    else tell(progress);
  };
  const { digest, sizeBytes } = await convert(host, source, { signal, tell: tellOrKeep });
  const { manifest_digest, config_json } = source.image;
  const record = makeRecord({ image: digest, size_bytes: sizeBytes, manifest_digest, config_json, notices });
  await remember(host, key, record);
  host.log.info({ reference: source.reference, image: digest, size_bytes: sizeBytes }, 'image imported');
  return record;
}

/** Aborts when an import has taken too long. */
function deadline(host: HostContext): AbortSignal {
  const late = new AbortController();
  const { importMs } = host.timing;
  const message = `the import took longer than ${importMs / 1000} s`;
  setTimeout(() => late.abort(new HostError('import_failed', message)), importMs).unref();
  return late.signal;
}

function validate({ reference, username, password }: proto.ImportImageRequest): void {
  const refuse = (field: string, message: string) => {
    throw new HostError('invalid_request', `${field} ${message}`, { field });
  };
  if (reference === '' || reference.length > longestReference || /[\s\p{Cc}]/u.test(reference)) {
    refuse('reference', `must have 1 to ${longestReference} characters without spaces`);
  }
  if (username.length > longestCredential)
    refuse('username', `has more than ${longestCredential} characters`);
  if (password.length > longestCredential)
    refuse('password', `has more than ${longestCredential} characters`);
}
