import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const codeFile = /\.(ts|js|json|sql)$/;

/**
 * Digest of everything a service is made of, to tell whether a running one is the one that would be started now.
 *
 * @param options.root Folder that `folders` and `files` are named from.
 * @param options.also Text that counts as well, for example the settings.
 */
export function fingerprint(options: {
  root: string;
  folders: string[];
  files: string[];
  also: string;
}): string {
  const digest = createHash('sha256');
  const files = [
    ...options.folders.flatMap((folder) => codeFiles(join(options.root, folder))),
    ...options.files.map((file) => join(options.root, file)),
  ].sort();
  for (const file of files) {
    digest.update(`${relative(options.root, file)}\0`);
    digest.update(readFileSync(file));
    digest.update('\0');
  }
  digest.update(`${process.version}\0${options.also}`);
  return digest.digest('hex').slice(0, 16);
}

function codeFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name === 'node_modules' || entry.name === 'test' ? [] : codeFiles(path);
    return entry.isFile() && codeFile.test(entry.name) ? [path] : [];
  });
}
