import type { Stats } from 'node:fs';
import { InvalidRequestError } from '../../errors/state.ts';
import type { ContextEntry } from './entry.ts';
import { IgnoreRules, ignoreFiles, matcherOf, ownIgnoreFile } from './ignore-rules.ts';
import { type NodeFiles, nodeFiles } from './node-files.ts';

interface Found {
  path: string;
  relative: string;
  excluded: boolean;
  link: boolean;
}

/** A folder whose files may be copied, and what of it is left out. */
export class BuildContext {
  readonly root: string;
  readonly #node: NodeFiles;
  readonly #rules: IgnoreRules;

  private constructor(root: string, node: NodeFiles, rules: IgnoreRules) {
    this.root = root;
    this.#node = node;
    this.#rules = rules;
  }

  /** Reads the ignore rules of a folder; the caller's patterns come after them. */
  static async open(
    folder: string,
    patterns: readonly string[],
    dockerfile?: string | undefined,
  ): Promise<BuildContext> {
    const node = nodeFiles();
    const root = await node.fs.promises.realpath(folder);
    const own = dockerfile === undefined ? undefined : ownIgnoreFile(dockerfile);
    const [general, ours] = ignoreFiles.map((name) => node.path.join(root, name));
    const lines = [own && node.fs.existsSync(own) ? own : general!, ours!].flatMap((file) => {
      return node.fs.existsSync(file) ? node.fs.readFileSync(file, 'utf8').split('\n') : [];
    });
    return new BuildContext(root, node, await IgnoreRules.read([...lines, ...patterns]));
  }

  /** What a source of a copy means: the path that it names, or all that a glob matches, in order. */
  async expand(source: string): Promise<string[]> {
    const { fs, path } = this.#node;
    const named = path.resolve(this.root, source);
    if (!source || (named !== this.root && !named.startsWith(this.root + path.sep)))
      throw refusal(`copy source ${JSON.stringify(source)} lies outside of the build context ${this.root}.`);
    if (fs.lstatSync(named, { throwIfNoEntry: false })) {
      const relative = this.#relative(named);
      if (relative && this.#rules.prunes(relative))
        throw refusal(`copy source ${JSON.stringify(source)} is left out by the context's ignore rules.`);
      return [named];
    }
    const matches = /[*?[]/.test(source) ? await this.#matches(this.#relative(named)) : [];
    if (matches.length > 0) return matches;
    throw refusal(
      `copy source ${JSON.stringify(source)} names nothing in ${this.root}: see the path, the ignore rules and fileContextPath.`,
    );
  }

  /** A file, or a folder with all below it, under names that begin with `ref`. */
  async *entries(source: string, ref: string, forceUpload: boolean): AsyncGenerator<ContextEntry> {
    const stats = await this.#followed(source);
    yield entryOf(ref, source, stats, forceUpload);
    if (!stats.isDirectory()) return;
    for await (const found of this.#below(source)) {
      if (found.excluded) continue;
      const name = `${ref}/${this.#slashed(this.#node.path.relative(source, found.path))}`;
      yield entryOf(name, found.path, await this.#factsOf(found), forceUpload);
    }
  }

  /** All of the context but its ignore files and `without`, as a Dockerfile takes it. */
  async *everything(without: string | undefined): AsyncGenerator<ContextEntry> {
    const leftOut = without === undefined ? [] : [without, ownIgnoreFile(without)];
    for await (const found of this.#below(this.root)) {
      const { path, relative, excluded } = found;
      if (excluded || leftOut.includes(path) || ignoreFiles.includes(relative)) continue;
      yield entryOf(relative, path, await this.#factsOf(found), false);
    }
  }

  async #matches(pattern: string): Promise<string[]> {
    const matcher = await matcherOf(pattern);
    const matches: string[] = [];
    for await (const { path, relative } of this.#below(this.root, (relative) => matcher.ignores(relative))) {
      if (matcher.ignores(relative) && !this.#rules.prunes(relative)) matches.push(path);
    }
    return matches.sort();
  }

  async *#below(folder: string, isLeaf = (_relative: string) => false): AsyncGenerator<Found> {
    const { fs, path } = this.#node;
    const waiting = [folder];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const items = await fs.promises.readdir(next, { withFileTypes: true });
      for (const item of items.sort((one, other) => (one.name < other.name ? -1 : 1))) {
        const found = path.join(next, item.name);
        const relative = this.#relative(found);
        const excluded = this.#rules.excludes(relative);
        if (item.isDirectory() && !this.#rules.prunes(relative) && !isLeaf(relative)) waiting.push(found);
        yield { path: found, relative, excluded, link: item.isSymbolicLink() };
      }
    }
  }

  /** A walk enters no link, so that only links themselves can lead out. */
  #factsOf({ path, link }: Found): Promise<Stats> {
    return link ? this.#followed(path) : this.#node.fs.promises.lstat(path);
  }

  /** Facts of a path; a link is taken as the file that it points to, which must lie in the context. */
  async #followed(path: string): Promise<Stats> {
    const { fs, path: paths } = this.#node;
    const own = await fs.promises.lstat(path);
    const real = await fs.promises.realpath(path).catch(() => undefined);
    if (real === undefined) throw refusal(`${path} is a link to nothing: leave it out by .dockerignore.`);
    if (real !== this.root && !real.startsWith(this.root + paths.sep))
      throw refusal(`${path} leads out of the build context ${this.root}: copy its target.`);
    if (!own.isSymbolicLink()) return own;
    const target = await fs.promises.stat(path);
    if (!target.isFile()) throw refusal(`${path} is a link to ${real}, which is no file: copy its target.`);
    return target;
  }

  #relative(path: string): string {
    return this.#slashed(this.#node.path.relative(this.root, path));
  }

  #slashed(path: string): string {
    return path.split(this.#node.path.sep).join('/');
  }
}

function entryOf(path: string, source: string, stats: Stats, forceUpload: boolean): ContextEntry {
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  if (stats.isDirectory()) return { path, mode, sizeBytes: 0, forceUpload: false };
  if (stats.isFile()) return { path, mode, source, sizeBytes: stats.size, forceUpload };
  throw refusal(`${source} is neither a file nor a folder: leave it out by .dockerignore.`);
}

function refusal(message: string): InvalidRequestError {
  return new InvalidRequestError(message);
}
