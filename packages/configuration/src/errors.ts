/** One thing wrong with the configuration. */
export interface SettingProblem {
  /** Setting, or the unknown name as it was given. */
  setting: string;
  /** Where it was given: a flag, an environment variable, a file and key, or "default". */
  source: string;
  /** What is wrong, with the bound, as a sentence without the setting's name. */
  message: string;
}

/** Thrown when a configuration cannot be used. Nothing was changed; mend what `problems` name and start again. */
export class SettingsError extends Error {
  readonly code = 'invalid_configuration';
  readonly problems: SettingProblem[];

  constructor(problems: SettingProblem[], options?: { cause?: unknown }) {
    super(
      problems.map(({ setting, source, message }) => `${setting} (${source}): ${message}`).join('\n'),
      options,
    );
    this.name = 'SettingsError';
    this.problems = problems;
  }
}
