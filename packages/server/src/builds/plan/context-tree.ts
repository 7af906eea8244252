import { posix } from 'node:path';
import type { ContextEntry } from '@nullspace/contract';
import picomatch from 'picomatch';
import { BuildFailure } from '../build-failure.ts';
import type { CopyFile, CopySource } from './operation.ts';

/** The uploaded files of a build, by path. */
export class ContextTree {
  readonly #entries = new Map<string, ContextEntry>();
  /** Direct children of each folder, which need no entry of its own. */
  readonly #children = new Map<string, Set<string>>();

  constructor(files: ContextEntry[]) {
    for (const entry of files) this.#add(normalize(entry.path), entry);
  }

  /**
   * The sources that a path or a shell pattern means, in the order of their names.
   *
   * @throws {BuildFailure} When there is none.
   */
  find(source: string, options: { globs: boolean; index: number; line?: number | undefined }): CopySource[] {
    const path = normalize(source);
    if (path === '' || this.#has(path)) return [this.#read(path)];
    const found = options.globs && /[*?[\]]/.test(path) ? this.#match(path) : [];
    if (found.length > 0) return found.map((match) => this.#read(match));
    const place = options.line === undefined ? '' : `Line ${options.line} of the Dockerfile: `;
    throw new BuildFailure('prepare', `${place}${source} is not in the build context`, {
      stepIndex: options.index,
      action: 'Check the path, and whether .dockerignore leaves it out.',
      details: { reason: 'missing_source', ...(options.line === undefined ? {} : { line: options.line }) },
    });
  }

  #add(path: string, entry: ContextEntry): void {
    this.#entries.set(path, entry);
    for (let at = path; at !== ''; ) {
      const parent = posix.dirname(at) === '.' ? '' : posix.dirname(at);
      const children = this.#children.get(parent) ?? new Set();
      this.#children.set(parent, children);
      children.add(at);
      at = parent;
    }
  }

  #has(path: string): boolean {
    return this.#entries.has(path) || this.#children.has(path);
  }

  // A pattern's star stops at a slash, so only paths as deep as the pattern can match.
  #match(pattern: string): string[] {
    const depth = pattern.split('/').length;
    const matches = picomatch(pattern, { dot: true, noextglob: true, nobrace: true, noglobstar: true });
    const all = new Set([...this.#entries.keys(), ...this.#children.keys()]);
    return [...all].filter((path) => path.split('/').length === depth && matches(path)).sort();
  }

  #read(path: string): CopySource {
    const entry = this.#entries.get(path);
    const isFolder = entry ? entry.entry_type === 'dir' : true;
    const files = isFolder ? [...this.#below(path, path)] : [toFile('', entry!)];
    return { name: posix.basename(path), isFolder, files };
  }

  *#below(root: string, folder: string): Generator<CopyFile> {
    for (const path of [...(this.#children.get(folder) ?? [])].sort()) {
      const relative = root === '' ? path : path.slice(root.length + 1);
      const entry = this.#entries.get(path);
      const isFolder = entry ? entry.entry_type === 'dir' : true;
      if (!isFolder) yield toFile(relative, entry!);
      else {
        yield { path: relative, isFolder, mode: readMode(entry?.mode, 0o755), blobId: '' };
        yield* this.#below(root, path);
      }
    }
  }
}

function toFile(path: string, entry: ContextEntry): CopyFile {
  return { path, isFolder: false, mode: readMode(entry.mode, 0o644), blobId: entry.blob_id ?? '' };
}

function readMode(mode: string | undefined, otherwise: number): number {
  return mode === undefined ? otherwise : Number.parseInt(mode, 8);
}

function normalize(path: string): string {
  const clean = posix.normalize(`/${path}`).replace(/^\/|\/$/g, '');
  return clean;
}
