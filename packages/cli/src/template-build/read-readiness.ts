import type { ReadinessProbe } from 'nullspace';
import { UsageError } from '../errors/cli-error.ts';
import { readLiteral } from '../input/literal.ts';
import { readValue } from '../parse/values.ts';
import type { BuildWords } from './parse-flags.ts';

const modes = ['ready-timeout-ms', 'ready-port', 'ready-cmd', 'ready-file', 'ready-process', 'ready-url'];

/** The probe that a line asks for; undefined without one. */
export async function readiness(settings: BuildWords['settings']): Promise<ReadinessProbe | undefined> {
  const given = modes.filter((mode) => settings[mode]);
  if (given.length > 1)
    throw new UsageError(`${given.map((mode) => `--${mode}`).join(', ')}: give one of them.`);
  const [mode] = given;
  const pacing = {
    timeoutSecs: whole(settings, 'ready-timeout-secs'),
    intervalMs: whole(settings, 'ready-interval-ms'),
    startupGraceSecs: whole(settings, 'ready-startup-grace-secs'),
  };
  if (!mode) {
    if (Object.values(pacing).some((value) => value !== undefined))
      throw new UsageError(`Say what to wait for: one of ${modes.map((name) => `--${name}`).join(', ')}.`);
    return undefined;
  }
  const sdk = await import('nullspace');
  const value = settings[mode]![0]!;
  switch (mode) {
    case 'ready-timeout-ms':
      return sdk.waitForTimeout(whole(settings, mode)!);
    case 'ready-port':
      return sdk.waitForPort(whole(settings, mode)!, pacing);
    case 'ready-file':
      return sdk.waitForFile(value, pacing);
    case 'ready-process':
      return sdk.waitForProcess(value, pacing);
    case 'ready-url':
      return sdk.waitForUrl(value, pacing);
    default:
      return { kind: 'command', command: await readLiteral(value), ...pacing };
  }
}

function whole(settings: BuildWords['settings'], flag: string): number | undefined {
  const [text] = settings[flag] ?? [];
  const rule = { label: `--${flag}`, type: 'integer', minimum: 0 } as const;
  return text === undefined ? undefined : (readValue(text, rule) as number);
}
