import type { BuildStep, CopyItem } from '@nullspace/contract';
import type { BuildDefinition } from '../definition/definition.ts';
import type { Instruction, SecretMount, Stage } from './instruction.ts';
import { installCommand, quote } from './package-commands.ts';
import { readMode } from './read-mode.ts';

/** The steps of a request as one stage. */
export function planSteps(definition: BuildDefinition & { base: string }): Stage {
  const { base, steps, buildEnvs, secretIds } = definition;
  const variables: Instruction[] =
    Object.keys(buildEnvs).length === 0
      ? []
      : [{ kind: 'env', variables: buildEnvs, display: 'Set the environment', index: 0 }];
  return {
    base,
    instructions: [...variables, ...steps.flatMap((step, index) => planStep(step, index, secretIds))],
  };
}

function planStep(step: BuildStep, index: number, secretIds: string[]): Instruction[] {
  const run = (
    command: string | string[],
    options: { user?: string | undefined; display?: string } = {},
  ): Instruction[] => {
    const text = typeof command === 'string' ? command : command.map(quote).join(' ');
    const { user, display = `run ${text}` } = options;
    return [{ kind: 'run', command, user, secrets: secretsOf(text, secretIds), display, index }];
  };
  const display = step.action;
  switch (step.action) {
    case 'run':
      return run(step.command, { user: step.user });
    case 'workdir':
      return [{ kind: 'workdir', path: step.path, display: `workdir ${step.path}`, index }];
    case 'user':
      return [{ kind: 'user', user: step.user, display: `user ${step.user}`, index }];
    case 'remove': {
      const flags = `${step.recursive ? 'r' : ''}${step.force ? 'f' : ''}`;
      return run(['rm', ...(flags ? [`-${flags}`] : []), '--', step.path]);
    }
    case 'rename':
      return run(['mv', ...(step.force ? ['-f'] : ['-n']), '--', step.src, step.dst]);
    case 'make_dir': {
      const mode = readMode(step.mode);
      const make = ['mkdir', '-p', '--', step.path].map(quote).join(' ');
      return run(mode === undefined ? make : `${make} && chmod ${mode.toString(8)} ${quote(step.path)}`);
    }
    case 'make_symlink':
      return run(['ln', '-s', '--', step.target, step.path]);
    case 'copy':
      return [copy(step, index)];
    case 'copy_items':
      return step.items.map((item) => copy(item, index));
    case 'git_clone':
      return run(cloneCommand(step), { display: `git clone ${withoutCredentials(step.url)}` });
    case 'skip_cache':
      return [{ kind: 'barrier', display, index }];
    default:
      return run(installCommand(step), { display: `${step.action} ${step.packages.join(' ')}` });
  }
}

function copy(item: CopyItem, index: number): Instruction {
  const { sources, dst, user: owner, force_upload: force = false } = item;
  const display = `copy ${sources.map((source) => source.split('/').at(-1)).join(' ')} to ${dst}`;
  return {
    kind: 'copy',
    sources,
    dst,
    owner,
    mode: readMode(item.mode),
    force,
    globs: false,
    display,
    index,
  };
}

/** A folder that holds nothing but the platform's own is taken for empty. */
function cloneCommand(step: Extract<BuildStep, { action: 'git_clone' }>): string {
  const options = [
    ...(step.branch === undefined ? [] : ['--branch', quote(step.branch)]),
    ...(step.depth === undefined ? [] : ['--depth', String(step.depth)]),
  ].join(' ');
  const [path, url] = [quote(step.path), quote(step.url)];
  return [
    'set -e',
    `mkdir -p -- ${path}`,
    `cd ${path}`,
    `if [ -n "$(ls -A | grep -vx .nullspace)" ]; then echo ${path} is not empty >&2; exit 1; fi`,
    `git clone ${options} -- ${url} .nullspace-clone`,
    'mv .nullspace-clone/.git .git',
    'rm -rf .nullspace-clone',
    'git reset -q --hard',
  ].join('\n');
}

function withoutCredentials(url: string): string {
  return url.replace(/(:\/\/)[^/@]*@/, '$1');
}

/** A secret reaches the steps whose command names its file. */
function secretsOf(text: string, ids: string[]): SecretMount[] {
  return ids
    .filter((id) => new RegExp(`/run/secrets/${id.replaceAll('.', '\\.')}(?![A-Za-z0-9._-])`).test(text))
    .map((id) => ({ id, target: `/run/secrets/${id}`, env: '', required: true }));
}
