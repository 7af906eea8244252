import type { TemplateDefinition } from './definition.ts';
import { shellQuote } from './shell-quote.ts';
import type { PendingCopy, PlainStep, Step } from './steps.ts';

/** The Dockerfile that does the same; probes and secrets have no place in one. */
export function renderDockerfile(definition: TemplateDefinition): string {
  if (definition.dockerfile !== undefined) return definition.dockerfile;
  const { startCmd } = definition;
  return [
    `FROM ${definition.baseImage}`,
    ...environment(definition.buildEnvs),
    ...definition.steps.flatMap(linesOf),
    ...environment(definition.runtimeEnvs),
    ...(startCmd === undefined ? [] : [`CMD ${list(['sh', '-c', startCmd])}`]),
    '',
  ].join('\n');
}

function linesOf(step: Step): string[] {
  if ('copies' in step) return step.copies.map(copyLine);
  if (step.action === 'workdir') return [`WORKDIR ${step.path}`];
  if (step.action === 'user') return [`USER ${step.user}`];
  if (step.action === 'skip_cache') return ['# The cache ends here.'];
  return [`RUN ${commandOf(step)}`];
}

type CommandStep = Exclude<PlainStep, { action: 'workdir' } | { action: 'user' } | { action: 'skip_cache' }>;

function commandOf(step: CommandStep): string {
  switch (step.action) {
    case 'run':
      return step.user === undefined
        ? step.command
        : `su -s /bin/sh -c ${shellQuote(step.command)} ${shellQuote(step.user)}`;
    case 'apt_install':
      return `apt-get update && apt-get install -y ${step.packages.join(' ')} && rm -rf /var/lib/apt/lists/*`;
    case 'pip_install':
      return `pip install ${step.g === false ? '--user ' : ''}--no-cache-dir ${step.packages.join(' ')}`;
    case 'npm_install':
      return `npm install ${step.g ? '-g ' : ''}${step.packages.join(' ')}`;
    case 'bun_install':
      return `bun add ${step.g ? '--global ' : ''}${step.packages.join(' ')}`;
    case 'git_clone': {
      const branch = step.branch === undefined ? '' : `--branch ${step.branch} `;
      const depth = step.depth === undefined ? '' : `--depth ${step.depth} `;
      return `git clone ${branch}${depth}${step.url} ${step.path}`;
    }
    case 'remove': {
      const flags = `${step.recursive ? 'r' : ''}${step.force ? 'f' : ''}`;
      return `rm ${flags ? `-${flags} ` : ''}${shellQuote(step.path)}`;
    }
    case 'rename':
      return `mv ${step.force ? '-f ' : ''}${shellQuote(step.src)} ${shellQuote(step.dst)}`;
    case 'make_dir': {
      const path = shellQuote(step.path);
      return `mkdir -p ${path}${step.mode === undefined ? '' : ` && chmod ${step.mode} ${path}`}`;
    }
    case 'make_symlink':
      return `ln -s ${shellQuote(step.target)} ${shellQuote(step.path)}`;
  }
}

function copyLine({ sources, dst, user, mode }: PendingCopy): string {
  const flags = `${user ? `--chown=${user} ` : ''}${mode ? `--chmod=${mode} ` : ''}`;
  const words = [...sources, dst];
  const plain = sources.length === 1 && !words.some((word) => word.includes(' '));
  return `COPY ${flags}${plain ? words.join(' ') : list(words)}`;
}

function environment(envs: Record<string, string>): string[] {
  return Object.entries(envs).map(([name, value]) => {
    const plain = /^[\w.:/@%+,-]+$/.test(value);
    return `ENV ${name}=${plain ? value : JSON.stringify(value).replaceAll('$', '\\$')}`;
  });
}

const list = (words: string[]) => `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
