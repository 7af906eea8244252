import type { Commands } from '../commands/commands.ts';
import type { CommandResult } from '../commands/types.ts';
import { GitError } from '../errors/git.ts';

export interface GitRun {
  path?: string;
  envs?: Record<string, string>;
  timeoutSecs?: number;
  signal?: AbortSignal;
}

/** Runs `git` with exact arguments. @throws GitError with its words when it fails */
export async function runGit(
  commands: Commands,
  args: readonly string[],
  run: GitRun = {},
): Promise<CommandResult> {
  return checked(await commands.run('git', { args, ...asOptions(run) }), operation(args));
}

/** Runs a script that is part of a git operation. */
export async function runScript(
  commands: Commands,
  script: string,
  name: string,
  run: GitRun = {},
): Promise<CommandResult> {
  return checked(await commands.run(script, { shell: true, ...asOptions(run) }), name);
}

function asOptions({ path, envs, timeoutSecs, signal }: GitRun) {
  return { cwd: path, envs, timeoutSecs, signal };
}

function checked(result: CommandResult, name: string): CommandResult {
  if (result.exitCode === 0) return result;
  const { exitCode, stderr } = result;
  throw new GitError(`git ${name} failed (exit ${exitCode}): ${stderr.trim()}`, { exitCode, stderr });
}

/** The word that names what git is asked to do, after its own settings. */
function operation(args: readonly string[]): string {
  let index = 0;
  while (args[index] === '-c') index += 2;
  return args[index] ?? 'command';
}
