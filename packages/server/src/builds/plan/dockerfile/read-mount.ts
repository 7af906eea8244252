import type { FolderMount, SecretMount } from '../instruction.ts';
import { refuseLine } from './refuse-line.ts';

const targetOptions = ['type', 'target', 'dst', 'destination'];
const secretOptions = [...targetOptions, 'id', 'env', 'required', 'mode', 'uid', 'gid'];
// A cache is never shared with another step, so that it needs no name and no turns.
const cacheOptions = [...targetOptions, 'id', 'sharing', 'mode', 'uid', 'gid'];

/** What `RUN --mount=` says. */
export function readMount(value: string, line: number): SecretMount | FolderMount {
  const options = new Map(
    value.split(',').map((part) => {
      const [key = '', ...rest] = part.split('=');
      return [key.toLowerCase(), rest.join('=')];
    }),
  );
  const type = options.get('type') ?? 'bind';
  if (value.includes('$')) refuseLine(line, 'RUN --mount takes no variables');
  const known = { secret: secretOptions, cache: cacheOptions, tmpfs: targetOptions }[type];
  if (!known)
    refuseLine(
      line,
      `RUN --mount=type=${type.slice(0, 100)} is not supported; type=secret, cache and tmpfs are`,
    );
  const other = [...options.keys()].find((key) => !known.includes(key));
  if (other !== undefined)
    refuseLine(line, `RUN --mount=type=${type} with ${other.slice(0, 100)} is not supported`);
  return type === 'secret' ? readSecret(options, line) : readFolder(type, options, line);
}

function targetOf(options: Map<string, string>): string | undefined {
  return options.get('target') ?? options.get('dst') ?? options.get('destination');
}

function readSecret(options: Map<string, string>, line: number): SecretMount {
  // Who may read it is decided by the account of the step.
  const fixed = ['mode', 'uid', 'gid'].find((key) => options.has(key));
  if (fixed)
    refuseLine(
      line,
      `RUN --mount=type=secret with ${fixed} is not supported: the account of the step can read it`,
    );
  const env = options.get('env') ?? '';
  const target = targetOf(options);
  const id =
    options.get('id') || target?.split('/').at(-1) || refuseLine(line, 'RUN --mount=type=secret needs an id');
  const required = options.get('required');
  return {
    id,
    env,
    target: target ?? (env === '' ? `/run/secrets/${id}` : ''),
    required: required === 'true' || required === '' || required === '1',
  };
}

function readFolder(type: string, options: Map<string, string>, line: number): FolderMount {
  const named = `RUN --mount=type=${type}`;
  const target = targetOf(options)?.replace(/(?<=.)\/+$/, '') ?? '';
  if (/^\/*$/.test(target) || /(^|\/)\.{1,2}(\/|$)/.test(target))
    refuseLine(line, `${named} needs the path of a folder as its target`);
  const mode = options.get('mode') ?? (type === 'tmpfs' ? '1777' : '0755');
  if (!/^[0-7]{3,4}$/.test(mode))
    refuseLine(line, `${named} with mode ${mode.slice(0, 100)} is not supported`);
  const ids = (['uid', 'gid'] as const).map((key) => options.get(key) ?? '0');
  if (ids.some((id) => !/^\d{1,9}$/.test(id))) refuseLine(line, `${named} takes numbers as uid and gid`);
  const sharing = options.get('sharing') ?? 'shared';
  if (!['shared', 'private', 'locked'].includes(sharing))
    refuseLine(line, `${named} with sharing=${sharing.slice(0, 100)} is not supported`);
  return { target, mode, owner: ids.join(':') };
}
