import { chownSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** `$XDG_CONFIG_HOME/nullspace/config.json`, by default below `~/.config`. */
export function configurationFile(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(base, 'nullspace', 'config.json');
}

/** `~/.nullspace/config.json`, which is read after the other one. */
export function loginFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.HOME || homedir(), '.nullspace', 'config.json');
}

/** The JSON object of a client configuration; empty when the file is missing or holds anything else. */
export function readConfiguration(file: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null && !Array.isArray(content)
      ? (content as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** Sets keys of a client configuration and keeps the others. Readable by its owner alone, for it holds a key. */
export function updateConfiguration(file: string, values: Record<string, string>): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const content = `${JSON.stringify({ ...readConfiguration(file), ...values }, null, 2)}\n`;
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, content, { mode: 0o600 });
  const { uid, gid } = statSync(folder);
  if (process.getuid?.() === 0) chownSync(fresh, uid, gid);
  renameSync(fresh, file);
}
