import { join } from 'node:path';
import type * as z from 'zod';
import { findAcmeProblems } from './acme.ts';
import { readEnvironment } from './environment.ts';
import { type SettingProblem, SettingsError } from './errors.ts';
import { readConfigFile } from './file.ts';
import { type OwnFlags, parseFlags } from './flags.ts';
import { configFileKey, environmentName, flagName } from './names.ts';
import { type SettingName, type Settings, settingNames, settings } from './settings.ts';

export interface LoadOptions {
  /** Words after the program, for example `process.argv.slice(2)`. */
  argv: readonly string[];
  /** For example `process.env`. */
  env: Record<string, string | undefined>;
  /** Configuration file, over `--config-file` and `NULLSPACE_CONFIG_FILE`; it must exist. */
  file?: string;
  /** Flags of this program beside the settings, by name with underscores. */
  own?: OwnFlags;
  /** Accept words that are no flags. @default false */
  positionals?: boolean;
}

export interface LoadedSettings {
  settings: Settings;
  /** Where each setting comes from: "--port", "NULLSPACE_PORT", the file's path or "default". */
  sources: Record<SettingName, string>;
  /** Configuration file that was looked at, whether it is there or not. */
  file: string;
  own: Record<string, string | boolean>;
  positionals: string[];
  warnings: string[];
}

/**
 * Finds the value of every setting: flag, then environment, then configuration file, then default.
 *
 * @throws {SettingsError} Naming each setting, its source and the bound, when any of them is unknown or wrong.
 */
export function loadSettings(options: LoadOptions): LoadedSettings {
  const flags = parseFlags(options.argv, options.own);
  const problems = [...flags.problems];
  if (!options.positionals) {
    for (const word of flags.positionals) {
      problems.push({ setting: word, source: 'command line', message: 'is not a flag; flags start with --' });
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);

  const environment = readEnvironment(options.env);
  const named = options.file ?? flags.values[configFileKey] ?? environment.values[configFileKey];
  const dataDir =
    flags.values.data_dir ?? environment.values.data_dir ?? settings.shape.data_dir.parse(undefined);
  const path = named ?? join(dataDir, 'config.json');
  const fromFile = readConfigFile(path, { required: named !== undefined });
  if (named === undefined && 'data_dir' in fromFile && fromFile.data_dir !== dataDir) {
    throw new SettingsError([
      { setting: 'data_dir', source: path, message: `must be ${dataDir}, the folder that this file lies in` },
    ]);
  }

  const raw: Record<string, unknown> = {};
  const sources = {} as Record<SettingName, string>;
  for (const name of settingNames) {
    if (name in flags.values) [raw[name], sources[name]] = [flags.values[name], flagName(name)];
    else if (name in environment.values)
      [raw[name], sources[name]] = [environment.values[name], environmentName(name)];
    else if (name in fromFile) [raw[name], sources[name]] = [fromFile[name], path];
    else sources[name] = 'default';
  }
  const parsed = settings.safeParse(raw);
  if (!parsed.success) throw new SettingsError(describeIssues(parsed.error, { raw, sources }));
  const clashes = [...findClash(parsed.data, sources), ...findAcmeProblems(parsed.data, sources)];
  if (clashes.length > 0) throw new SettingsError(clashes);
  return {
    settings: parsed.data,
    sources,
    file: path,
    own: flags.own,
    positionals: flags.positionals,
    warnings: environment.warnings,
  };
}

function describeIssues(
  error: z.ZodError,
  context: { raw: Record<string, unknown>; sources: Record<string, string> },
): SettingProblem[] {
  return error.issues.map((issue) => {
    const setting = String(issue.path[0]);
    const given = JSON.stringify(context.raw[setting]);
    return {
      setting,
      source: context.sources[setting] ?? 'default',
      message: `${issue.message}; it is ${given}`,
    };
  });
}

function findClash(values: Settings, sources: Record<SettingName, string>): SettingProblem[] {
  if (values.port === 0 || values.port !== values.metrics_port) return [];
  const setting = sources.metrics_port === 'default' ? 'port' : 'metrics_port';
  const other = setting === 'port' ? 'metrics_port' : 'port';
  const message = `must differ from ${other}; both are ${values.port}`;
  return [{ setting, source: sources[setting], message }];
}
