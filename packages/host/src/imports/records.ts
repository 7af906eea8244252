import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '@nullspace/service';
import * as z from 'zod';
import type { HostContext } from '../context.ts';
import { digestPattern } from '../images/catalog.ts';

// Raised when images are made otherwise, so that those of before are made anew.
const recipe = 1;

const importRecord = z.strictObject({
  version: z.literal(1),
  recipe: z.literal(recipe),
  image: z.string().regex(digestPattern),
  size_bytes: z.number().int().min(0),
  manifest_digest: z.string(),
  config_json: z.string(),
  /** What people should know of the image: everyone who uses it, and not only who fetched it. */
  notices: z.array(z.string()).default([]),
  found_unix_ms: z.number().int().min(0),
});

/** A root image that was made of an image of a registry. */
export type ImportRecord = Readonly<z.infer<typeof importRecord>>;

/** How long a tag is taken for what it was, unless the caller asks for it anew. */
const tagLastsMs = 3_600_000;

/** Name of what one caller's reference was found to be. Credentials count: others may not see the same. */
export function requestKey(request: { reference: string; username: string; password: string }): string {
  const { reference, username, password } = request;
  return hash(`request ${JSON.stringify([reference, username, password])}`);
}

/** Name of what was made of one image, whoever asked for it. */
export function imageKey(imageDigest: string): string {
  return hash(`image ${imageDigest}`);
}

/** The record of a reference that is still good and whose image is there. */
export async function findByRequest(
  host: HostContext,
  request: { reference: string; username: string; password: string },
): Promise<ImportRecord | undefined> {
  const record = await find(host, requestKey(request));
  if (!record) return undefined;
  const lasting = request.reference.includes('@sha256:');
  const ageMs = Date.now() - record.found_unix_ms;
  return lasting || (ageMs >= 0 && ageMs < tagLastsMs) ? record : undefined;
}

/** A record whose image is there; undefined too when it cannot be read. */
export async function find(host: HostContext, key: string): Promise<ImportRecord | undefined> {
  const path = pathOf(host, key);
  const text = await readFile(path, 'utf8').catch(() => '');
  if (!text) return undefined;
  const { data } = importRecord.safeParse(parse(text));
  if (data && (await stat(host.images.pathOf(data.image)).catch(() => undefined))) return data;
  await rm(path, { force: true });
  return undefined;
}

export async function remember(host: HostContext, key: string, record: ImportRecord): Promise<void> {
  await writeAtomic(pathOf(host, key), `${JSON.stringify(record)}\n`, { mode: 0o600, lasting: false });
}

export function makeRecord(found: Omit<ImportRecord, 'version' | 'recipe' | 'found_unix_ms'>): ImportRecord {
  return { version: 1, recipe, ...found, found_unix_ms: Date.now() };
}

function pathOf(host: HostContext, key: string): string {
  return join(host.paths.importsDir, `${key}.json`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
