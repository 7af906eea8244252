import { InvalidRequestError } from '../../errors/state.ts';

/** How files of the build context get into the image. */
export interface CopyOptions {
  /** Owner: `name` or `name:group`. */
  user?: string;
  /** Permissions of what is copied: `0o644` or `'0644'`. */
  mode?: number | string;
  /** Send the files also when the server has them, and run the step anew. @default false */
  forceUpload?: boolean;
}

/** One of several copies that make one step. */
export interface CopyItem extends CopyOptions {
  src: string | string[];
  dst: string;
}

/** A copy whose sources are still paths on the disk. */
export interface PendingCopy {
  sources: string[];
  dst: string;
  user: string | undefined;
  mode: string | undefined;
  forceUpload: boolean;
}

/** A step as the API takes it. */
export type PlainStep =
  | { action: 'run'; command: string; user?: string }
  | {
      action: 'apt_install' | 'pip_install' | 'npm_install' | 'bun_install';
      packages: string[];
      g?: boolean;
    }
  | { action: 'git_clone'; url: string; path: string; branch?: string; depth?: number }
  | { action: 'workdir'; path: string }
  | { action: 'user'; user: string }
  | { action: 'remove'; path: string; recursive: boolean; force: boolean }
  | { action: 'rename'; src: string; dst: string; force: boolean }
  | { action: 'make_dir'; path: string; mode?: string }
  | { action: 'make_symlink'; target: string; path: string }
  | { action: 'skip_cache' };

/** A step, or one that needs files; `several` is what `copyItems` makes. */
export type Step = PlainStep | { copies: PendingCopy[]; several: boolean };

export function pendingCopy({ src, dst, user, mode, forceUpload = false }: CopyItem): PendingCopy {
  return { sources: texts('src', src), dst: text('dst', dst), user, mode: octal(mode), forceUpload };
}

/** One text or several, at least one. */
export function texts(what: string, value: string | readonly string[]): string[] {
  const all = typeof value === 'string' ? [value] : [...value];
  if (all.length === 0) throw new InvalidRequestError(`${what} must not be empty.`);
  return all.map((one) => text(what, one));
}

/** Text that says something. */
export function text(what: string, value: string): string {
  if (typeof value === 'string' && value.trim()) return value;
  throw new InvalidRequestError(`${what} must be text with something in it.`);
}

/** Permissions as the API writes them: `0o644` and `'644'` are both `'0644'`. */
export function octal(mode: number | string | undefined): string | undefined {
  if (mode === undefined) return undefined;
  const digits = typeof mode === 'number' ? mode.toString(8) : mode;
  const valid = typeof mode === 'string' ? /^[0-7]{3,4}$/ : /^[0-7]{1,4}$/;
  if (valid.test(digits)) return digits.padStart(4, '0');
  throw new InvalidRequestError(`mode must be octal, such as 0o644 or '0644'; it is ${mode}.`);
}

/** Environment variables. */
export function variables(what: string, envs: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(envs)) {
    if (!name || name.includes('=') || typeof value !== 'string')
      throw new InvalidRequestError(
        `${what}: ${JSON.stringify(name)} must be a name with text as its value.`,
      );
  }
  return { ...envs };
}
