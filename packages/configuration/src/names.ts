/** Setting that names the configuration file; it can stand on the command line and in the environment only. */
export const configFileKey = 'config_file';

/** `some_name` → `--some-name`. */
export function flagName(setting: string): string {
  return `--${setting.replaceAll('_', '-')}`;
}

/** `some_name` → `NULLSPACE_SOME_NAME`. */
export function environmentName(setting: string): string {
  return `NULLSPACE_${setting.toUpperCase()}`;
}
