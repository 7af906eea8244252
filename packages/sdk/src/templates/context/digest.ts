import type * as crypto from 'node:crypto';
import { eachLimited } from '../../client/limited.ts';
import { nodeModule } from '../../configuration/runtime.ts';
import type { ContextEntry } from './entry.ts';
import { nodeFiles } from './node-files.ts';

const parallel = 8;

/** SHA-256 of the files of a build by where they lie; each is read once and never whole. */
export async function digestFiles(
  entries: readonly ContextEntry[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const { fs } = nodeFiles();
  const { createHash } = nodeModule<typeof crypto>('node:crypto')!;
  const digests = new Map<string, string>();
  const sources = new Set(entries.flatMap(({ source }) => source ?? []));
  await eachLimited([...sources], parallel, async (source) => {
    const hash = createHash('sha256');
    for await (const chunk of fs.createReadStream(source, { signal })) hash.update(chunk);
    digests.set(source, hash.digest('hex'));
  });
  return digests;
}
