import { directoryName } from './directory-name.ts';
import { isLocalDirectory, openLocalFile } from './local-file.ts';
import type { UploadDirectoryOptions, UploadFileOptions } from './types.ts';
import { largestDirectBytes, targetPath } from './upload-file.ts';
import { walkDirectory } from './walk-directory.ts';

/** What an entry of a local directory would do. */
export interface PlannedEntry {
  path: string;
  type: 'file' | 'directory' | 'symlink';
  included: boolean;
}

/** What an upload of a local path would do. */
export interface UploadPlan {
  kind: 'file' | 'directory';
  /** As it would be asked for: absolute, or relative to the account's home or the working directory. */
  path: string;
  transport: 'direct' | 'resumable';
  /** Bytes of the file, or of all files of the directory. */
  bytes: number;
  /** 1, or of a directory its files and links. */
  files: number;
  /** Of a directory, what is uploaded and what is left out. */
  entries: PlannedEntry[];
}

/** Tells what an upload would do, without asking a server. @throws what the upload itself would refuse at once */
export async function planUpload(
  source: string,
  destination: string | undefined,
  options: Pick<UploadFileOptions, 'resumable'> & Pick<UploadDirectoryOptions, 'ignore'> = {},
): Promise<UploadPlan> {
  if (await isLocalDirectory(source)) return planDirectory(source, destination, options.ignore);
  const { name, size, close } = await openLocalFile(source);
  await close();
  const { resumable = 'auto' } = options;
  const inParts = resumable === true || (resumable === 'auto' && size > largestDirectBytes);
  const transport = inParts ? 'resumable' : 'direct';
  return { kind: 'file', path: targetPath(name, destination), transport, bytes: size, files: 1, entries: [] };
}

async function planDirectory(
  source: string,
  destination: string | undefined,
  ignore: readonly string[] | undefined,
): Promise<UploadPlan> {
  const path = targetPath(await directoryName(source), destination);
  const plan: UploadPlan = {
    kind: 'directory',
    path,
    transport: 'resumable',
    bytes: 0,
    files: 0,
    entries: [],
  };
  for await (const { path: relative, type, size, ignored } of walkDirectory(source, ignore)) {
    plan.entries.push({ path: relative, type, included: !ignored });
    if (ignored) continue;
    plan.bytes += size;
    if (type !== 'directory') plan.files++;
  }
  return plan;
}
