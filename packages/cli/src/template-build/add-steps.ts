import type { CopyItem, Template } from 'nullspace';
import { UsageError } from '../errors/cli-error.ts';
import { readLiteral } from '../input/literal.ts';
import { readValue } from '../parse/values.ts';
import type { StepWords } from './parse-flags.ts';

/** Adds the steps of a line to a template, in their order. */
export async function addSteps(template: Template, steps: StepWords[]): Promise<void> {
  for (const { flag, values, modifiers } of steps) {
    const text = (name: string) => modifiers[name] as string | undefined;
    const has = (name: string) => name in modifiers;
    const value = values[0] ?? '';
    switch (flag) {
      case 'set-workdir':
        template.setWorkdir(value);
        break;
      case 'set-user':
        template.setUser(value);
        break;
      case 'step-skip-cache':
        template.skipCache();
        break;
      case 'run-cmd':
        template.runCmd(await readLiteral(value), { user: text('run-user') });
        break;
      case 'apt-install':
        template.aptInstall(await names(value, flag));
        break;
      case 'pip-install':
        template.pipInstall(await names(value, flag), { global: !has('pip-user-install') });
        break;
      case 'npm-install':
        template.npmInstall(await names(value, flag), { global: has('npm-global') });
        break;
      case 'bun-install':
        template.bunInstall(await names(value, flag), { global: has('bun-global') });
        break;
      case 'git-clone': {
        const depth = text('git-depth');
        const rule = { label: '--git-depth', type: 'integer', minimum: 1 } as const;
        template.gitClone(value, {
          path: text('git-path'),
          branch: text('git-branch'),
          depth: depth === undefined ? undefined : (readValue(depth, rule) as number),
        });
        break;
      }
      case 'copy-src':
        template.copy(values, text('copy-dst')!, {
          user: text('copy-user'),
          mode: text('copy-mode'),
          forceUpload: has('copy-force-upload'),
        });
        break;
      case 'copy-items':
        template.copyItems(await copyItems(value));
        break;
      case 'remove':
        template.remove(value, { recursive: has('remove-recursive'), force: has('remove-force') });
        break;
      case 'rename-src':
        template.rename(value, text('rename-dst')!, { force: has('rename-force') });
        break;
      case 'make-dir':
        template.makeDir(value, { mode: text('make-dir-mode') });
        break;
      case 'make-symlink-target':
        template.makeSymlink(value, text('make-symlink-path')!);
        break;
    }
  }
}

/** Names separated by commas, or `@FILE` with a JSON array of them. */
async function names(value: string, flag: string): Promise<string[]> {
  if (!value.startsWith('@')) return value.split(',').map((name) => name.trim());
  const found = parse(await readLiteral(value), `--${flag}`);
  if (Array.isArray(found) && found.every((name) => typeof name === 'string')) return found;
  throw new UsageError(`--${flag}: ${value.slice(1)} must hold a JSON array of names.`);
}

/** `[{"src", "dst", "user"?, "mode"?, "force_upload"?}]`. */
async function copyItems(value: string): Promise<CopyItem[]> {
  const found = parse(await readLiteral(value), '--copy-items');
  if (!Array.isArray(found)) throw new UsageError('--copy-items must be a JSON array.');
  return found.map((item) => {
    const { src, dst, user, mode, force_upload: forceUpload, ...unknown } = item ?? {};
    if (!src || !dst || Object.keys(unknown).length > 0) {
      throw new UsageError('--copy-items: an item has src and dst, and user, mode, force_upload if wanted.');
    }
    return { src, dst, user, mode, forceUpload };
  });
}

function parse(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${label} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}
