import { InvalidRequestError } from '../../errors/state.ts';
import type { TemplateDefinition } from './definition.ts';
import { type CopyItem, type CopyOptions, octal, pendingCopy, type Step, text, texts } from './steps.ts';

/** Adds steps in the order of the calls; each returns the template itself. */
export class TemplateSteps {
  /** What the calls have collected. @internal */
  readonly definition: TemplateDefinition;

  /** Templates begin with `Template.fromImage` and the like. @internal */
  constructor(definition: TemplateDefinition) {
    this.definition = definition;
  }

  /** Runs a shell command, or each of several as a step of its own. */
  runCmd(command: string | string[], { user }: { user?: string } = {}): this {
    for (const line of texts('command', command))
      this.#add({ action: 'run', command: line, ...(user === undefined ? {} : { user }) });
    return this;
  }

  /** Installs Debian packages. */
  aptInstall(packages: string | string[]): this {
    return this.#add({ action: 'apt_install', packages: texts('packages', packages) });
  }

  /** Installs Python packages. @param options.global False: for the current user alone. Default true. */
  pipInstall(packages: string | string[], options: { global?: boolean } = {}): this {
    const how = options.global === false ? { g: false } : {};
    return this.#add({ action: 'pip_install', packages: texts('packages', packages), ...how });
  }

  /** Installs npm packages. @param options.global For everyone. Default false. */
  npmInstall(packages: string | string[], options: { global?: boolean } = {}): this {
    const how = options.global ? { g: true } : {};
    return this.#add({ action: 'npm_install', packages: texts('packages', packages), ...how });
  }

  /** Installs packages by Bun. @param options.global For everyone. Default false. */
  bunInstall(packages: string | string[], options: { global?: boolean } = {}): this {
    const how = options.global ? { g: true } : {};
    return this.#add({ action: 'bun_install', packages: texts('packages', packages), ...how });
  }

  /**
   * Copies from the build context, as `COPY` does: the contents of a folder go into `dst`.
   *
   * @param src A path or glob in the context (`src/**\/*.py`), or several.
   * @param dst Where it goes; a folder when it ends with `/`, exists as one, or there are several sources.
   */
  copy(src: string | string[], dst: string, options: CopyOptions = {}): this {
    return this.#add({ copies: [pendingCopy({ ...options, src, dst })], several: false });
  }

  /** Several copies as one step. */
  copyItems(items: CopyItem[]): this {
    if (items.length === 0) throw new InvalidRequestError('copyItems needs at least one item.');
    return this.#add({ copies: items.map(pendingCopy), several: true });
  }

  /** Clones a repository. @param options.path Where to. Default /workspace. */
  gitClone(url: string, options: { path?: string; branch?: string; depth?: number } = {}): this {
    const { path = '/workspace', branch, depth } = options;
    return this.#add({
      action: 'git_clone',
      url: text('url', url),
      path,
      ...(branch === undefined ? {} : { branch }),
      ...(depth === undefined ? {} : { depth }),
    });
  }

  /** Working directory of the steps that follow and of the sandboxes; made if missing. */
  setWorkdir(path: string): this {
    this.definition.workdir = path;
    return this.#add({ action: 'workdir', path: text('path', path) });
  }

  /** Account of the steps that follow and of the sandboxes. */
  setUser(user: string): this {
    this.definition.user = user;
    return this.#add({ action: 'user', user: text('user', user) });
  }

  /** Removes a file, or with `recursive` a folder; with `force` a missing one is no failure. */
  remove(path: string, options: { recursive?: boolean; force?: boolean } = {}): this {
    const { recursive = false, force = false } = options;
    return this.#add({ action: 'remove', path: text('path', path), recursive, force });
  }

  /** Moves a file or folder of the image. */
  rename(src: string, dst: string, options: { force?: boolean } = {}): this {
    const { force = false } = options;
    return this.#add({ action: 'rename', src: text('src', src), dst: text('dst', dst), force });
  }

  /** Makes a folder and those above it. */
  makeDir(path: string, options: { mode?: number | string } = {}): this {
    const mode = octal(options.mode);
    return this.#add({ action: 'make_dir', path: text('path', path), ...(mode ? { mode } : {}) });
  }

  /** Makes a link at `path` that points to `target`. */
  makeSymlink(target: string, path: string): this {
    return this.#add({ action: 'make_symlink', target: text('target', target), path: text('path', path) });
  }

  /** Runs the steps that follow anew in every build. */
  skipCache(): this {
    return this.#add({ action: 'skip_cache' });
  }

  #add(step: Step): this {
    if (this.definition.dockerfile !== undefined)
      throw new InvalidRequestError(
        'A template from a Dockerfile takes no further steps: add them to the file.',
      );
    this.definition.steps.push(step);
    return this;
  }
}
