import type { CommandOptions } from './types.ts';

/** Timeout of a foreground command that names none, in seconds. */
export const defaultTimeoutSecs = 30;

/** Fields that one-shot and live commands share. What is empty stays out. */
export function commandFields(command: string, options: CommandOptions) {
  return {
    command,
    ...(options.args?.length ? { args: [...options.args] } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.envs && Object.keys(options.envs).length > 0 ? { envs: options.envs } : {}),
    ...(options.shell ? { shell: true } : {}),
  };
}
