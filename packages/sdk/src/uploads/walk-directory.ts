import { InvalidRequestError } from '../errors/state.ts';
import { leadsOut } from './leads-out.ts';
import { localModules } from './local-file.ts';

/** Something in a local directory. */
export interface DirectoryEntry {
  /** Relative, with slashes. */
  path: string;
  localPath: string;
  type: 'file' | 'directory' | 'symlink';
  size: number;
  mode: number;
  /** Of a link. */
  target: string | undefined;
  /** Left out by a pattern; of an ignored directory nothing below is looked at. */
  ignored: boolean;
}

const ignoreFile = '.nullspaceignore';

/**
 * Entries of a directory in a fixed order, those marked that `.nullspaceignore` and the given patterns leave out.
 * @throws InvalidRequestError for a link that leads out, and for devices, sockets and FIFOs.
 */
export async function* walkDirectory(
  root: string,
  patterns: readonly string[] = [],
): AsyncGenerator<DirectoryEntry, void, void> {
  const { fs, path } = localModules();
  const ignores = await ignoreRules(root, patterns);
  yield* walk('');

  async function* walk(folder: string): AsyncGenerator<DirectoryEntry, void, void> {
    const names = await readNames(path.join(root, folder));
    for (const name of names.sort()) {
      const relative = folder ? `${folder}/${name}` : name;
      const localPath = path.join(root, relative);
      const stat = await fs.lstat(localPath);
      const ignored = ignores(stat.isDirectory() ? `${relative}/` : relative);
      const entry = {
        path: relative,
        localPath,
        size: 0,
        mode: stat.mode & 0o7777,
        target: undefined,
        ignored,
      };
      if (ignored) {
        yield { ...entry, type: kindOf(stat) };
      } else if (stat.isDirectory()) {
        yield { ...entry, type: 'directory' };
        yield* walk(relative);
      } else if (stat.isFile()) {
        yield { ...entry, type: 'file', size: stat.size };
      } else if (stat.isSymbolicLink()) {
        const target = await fs.readlink(localPath);
        refuseLeaving(relative, target);
        yield { ...entry, type: 'symlink', target };
      } else {
        throw new InvalidRequestError(
          `${relative} is neither a file, a directory nor a link. Leave it out with ${ignoreFile}.`,
        );
      }
    }
  }
}

/** Names as text. What is none cannot be found again by it. */
async function readNames(folder: string): Promise<string[]> {
  const { fs, path } = localModules();
  const names = await fs.readdir(folder, { encoding: 'buffer' });
  return names.map((bytes) => {
    const name = bytes.toString();
    if (bytes.equals(Buffer.from(name))) return name;
    throw new InvalidRequestError(`The name of ${path.join(folder, name)} is not UTF-8. Rename it.`);
  });
}

function kindOf(stat: { isDirectory(): boolean; isSymbolicLink(): boolean }): DirectoryEntry['type'] {
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : 'file';
}

/** Rules of git: the file in the root first, then the patterns of the call. */
async function ignoreRules(root: string, patterns: readonly string[]): Promise<(path: string) => boolean> {
  const { fs, path } = localModules();
  const own = await fs.readFile(path.join(root, ignoreFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return '';
    throw error;
  });
  if (!own && patterns.length === 0) return () => false;
  const { default: ignore } = await import('ignore');
  const rules = ignore()
    .add(own)
    .add([...patterns]);
  return (relative) => rules.ignores(relative);
}

/** A link must stay inside, or the server would refuse the whole upload. */
function refuseLeaving(link: string, target: string): void {
  const leaves = (reason: string): InvalidRequestError =>
    new InvalidRequestError(
      `The link ${link} ${reason} (${target}). Leave it out with ${ignoreFile}, or upload what it points to.`,
    );
  if (target.startsWith('/')) throw leaves('has an absolute target');
  if (leadsOut(link, target)) throw leaves('leads out of the directory');
}
