import type { SettingProblem } from './errors.ts';
import { configFileKey, flagName } from './names.ts';
import { nearestNames } from './nearest.ts';
import { settingNames } from './settings.ts';

/** Flags of one program beside the settings: `text` takes a value, `switch` takes none. */
export type OwnFlags = Record<string, 'text' | 'switch'>;

export interface ParsedFlags {
  /** Values by setting name. */
  values: Record<string, string>;
  own: Record<string, string | boolean>;
  positionals: string[];
  problems: SettingProblem[];
}

const switches = new Set(['runsc_any_version']);

/** Reads `--some-name value`, `--some-name=value` and switches; after `--` everything is positional. */
export function parseFlags(argv: readonly string[], ownFlags: OwnFlags = {}): ParsedFlags {
  const parsed: ParsedFlags = { values: {}, own: {}, positionals: [], problems: [] };
  const known = new Map<string, string>(
    [...settingNames, configFileKey, ...Object.keys(ownFlags)].map((name) => [flagName(name), name]),
  );
  const rest = [...argv];
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === '--') {
      parsed.positionals.push(...rest.splice(0));
    } else if (!word.startsWith('--')) {
      parsed.positionals.push(word);
    } else {
      readFlag(word, rest, { known, ownFlags, parsed });
    }
  }
  return parsed;
}

function readFlag(
  word: string,
  rest: string[],
  context: { known: Map<string, string>; ownFlags: OwnFlags; parsed: ParsedFlags },
): void {
  const { known, ownFlags, parsed } = context;
  const equals = word.indexOf('=');
  const flag = equals < 0 ? word : word.slice(0, equals);
  let value = equals < 0 ? undefined : word.slice(equals + 1);
  const refuse = (message: string) =>
    parsed.problems.push({ setting: flag, source: 'command line', message });

  const name = known.get(flag);
  if (name === undefined) {
    const [nearest] = nearestNames(flag, known.keys());
    refuse(`there is no such flag${nearest ? `; did you mean ${nearest}?` : ''}`);
    return;
  }
  const kind = ownFlags[name];
  if (kind === 'switch') {
    if (value !== undefined) refuse('takes no value');
    parsed.own[name] = true;
    return;
  }
  if (value === undefined && switches.has(name)) value = 'true';
  if (value === undefined && rest[0] !== undefined && !rest[0].startsWith('--')) value = rest.shift();
  if (value === undefined) {
    refuse('needs a value');
    return;
  }
  const target: Record<string, string | boolean> = kind === 'text' ? parsed.own : parsed.values;
  if (name in target) refuse('was given twice');
  target[name] = value;
}
