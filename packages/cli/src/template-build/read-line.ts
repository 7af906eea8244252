import type { BuildOptions, Template } from 'nullspace';
import { UsageError } from '../errors/cli-error.ts';
import { defineTemplate } from './define-template.ts';
import { parseFlags } from './parse-flags.ts';
import { readBuildOptions } from './read-settings.ts';

/** A definition as a command line gives it. */
export interface DefinitionLine {
  template: Template;
  name: string | undefined;
  options: BuildOptions;
  settings: Record<string, string[]>;
}

const modeFlags = ['background', 'dry-run', 'log-format'];

/**
 * Reads a line of definition flags.
 *
 * @param rules.modes Whether the flags of `template build` alone are allowed. Default false.
 * @param rules.named Refuse a line without `--name`. Default false.
 */
export async function readLine(
  words: string[],
  rules: { modes?: boolean; named?: boolean } = {},
): Promise<DefinitionLine> {
  const parsed = parseFlags(words);
  const { settings } = parsed;
  const mode = modeFlags.find((flag) => settings[flag]);
  if (mode && !rules.modes) throw new UsageError(`--${mode} goes with "template build" alone.`);
  const [name] = settings.name ?? [];
  if (rules.named && !name) throw new UsageError('--name is missing: a build needs a name.');
  // Registry logins of the environment are for builds; other commands send what stands on the line.
  const template = await defineTemplate(parsed, rules.modes ? process.env : {});
  return { template, name, options: readBuildOptions(settings, process.env), settings };
}
