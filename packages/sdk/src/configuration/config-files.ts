import type * as fs from 'node:fs';
import type * as os from 'node:os';
import type * as path from 'node:path';
import { nodeModule } from './runtime.ts';

/**
 * The first non-empty string under one of the given keys in the client's configuration files:
 * `$XDG_CONFIG_HOME/nullspace/config.json`, then `~/.nullspace/config.json`.
 */
export function readConfigValue(...keys: string[]): string | undefined {
  const contents = configPaths().map(readJsonObject);
  for (const key of keys) {
    for (const content of contents) {
      const value = content[key];
      if (typeof value === 'string' && value.trim()) return value.trim();
    }
  }
  return undefined;
}

function configPaths(): string[] {
  const system = nodeModule<typeof os>('node:os');
  const paths = nodeModule<typeof path>('node:path');
  if (!system || !paths) return [];
  const home = process.env.HOME || system.homedir();
  const base = process.env.XDG_CONFIG_HOME || paths.join(home, '.config');
  return [paths.join(base, 'nullspace', 'config.json'), paths.join(home, '.nullspace', 'config.json')];
}

/** Unreadable and invalid files count as empty: they must not stop a program that names its key elsewhere. */
function readJsonObject(path: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(nodeModule<typeof fs>('node:fs')?.readFileSync(path, 'utf8') ?? '');
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
