import { readFileSync } from 'node:fs';
import { SettingsError } from './errors.ts';
import { nearestNames } from './nearest.ts';
import { settingNames } from './settings.ts';

/** Reads a configuration file: one JSON object of settings. A missing file is empty unless it is `required`. */
export function readConfigFile(path: string, options: { required: boolean }): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((code === 'ENOENT' || code === 'ENOTDIR') && !options.required) return {};
    const why = code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${(error as Error).message}`;
    throw new SettingsError([{ setting: 'config_file', source: path, message: why }], { cause: error });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const message = `is not JSON: ${(error as Error).message}`;
    throw new SettingsError([{ setting: 'config_file', source: path, message }], { cause: error });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new SettingsError([
      { setting: 'config_file', source: path, message: 'must hold one JSON object of settings' },
    ]);
  }
  const unknown = Object.keys(content).filter((key) => !(settingNames as string[]).includes(key));
  if (unknown.length > 0) {
    throw new SettingsError(
      unknown.map((key) => {
        const [nearest] = nearestNames(key, settingNames);
        const hint = nearest ? `; did you mean ${nearest}?` : '';
        return { setting: key, source: path, message: `there is no such setting${hint}` };
      }),
    );
  }
  return content as Record<string, unknown>;
}
