import { configFileKey, environmentName } from './names.ts';
import { nearestNames } from './nearest.ts';
import { settingNames } from './settings.ts';

/** Settings found in the environment. An empty variable counts as absent. */
export function readEnvironment(env: Record<string, string | undefined>): {
  values: Record<string, string>;
  /** A sentence for each variable that looks like a mistyped setting. */
  warnings: string[];
} {
  const known = new Map<string, string>(
    [...settingNames, configFileKey].map((name) => [environmentName(name), name] as const),
  );
  const values: Record<string, string> = {};
  const warnings: string[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('NULLSPACE_') || !value) continue;
    const name = known.get(variable);
    if (name !== undefined) {
      values[name] = value;
      continue;
    }
    // Clients read variables of this prefix too, so an unknown one cannot be refused.
    const [nearest] = nearestNames(variable, known.keys(), { similarity: 0.85 });
    if (nearest) warnings.push(`${variable} is not a setting and has no effect; did you mean ${nearest}?`);
  }
  return { values, warnings };
}
