import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from 'nullspace';
import { repository } from './artifacts.ts';
import { until } from './until.ts';

/** Everything that the keeper inside a sandbox keeps. */
export interface KeptState {
  files: Record<string, { sha256: string; mode: number; uid: number; gid: number; mtime: string }>;
  counters: Record<string, number>;
  /** Whether its children run. */
  children: Record<string, boolean>;
  /** Digests of blocks of memory. */
  ballast: Record<string, string>;
  pid: number;
}

const script = join(repository, 'test/guest/keeper.py');

/** Starts the keeper: a program with state in memory, on disk and in processes. */
export async function startKeeper(sandbox: Sandbox): Promise<void> {
  await sandbox.files.write('/opt/keeper.py', readFileSync(script, 'utf8'));
  const handle = await sandbox.commands.run('python3', { args: ['/opt/keeper.py'], background: true });
  await until(async () => (await handle.logs()).stdout.includes('ready'), 'the keeper serves');
}

/** Lets the keeper of a sandbox do something. */
export async function keep(sandbox: Sandbox, op: string, values: object = {}): Promise<unknown> {
  const request = JSON.stringify({ op, ...values });
  const { exitCode, stdout, stderr } = await sandbox.commands.run('curl', {
    args: ['-sS', '--fail-with-body', '--max-time', '20', '--data-raw', request, 'http://127.0.0.1:8200/'],
  });
  assert.equal(exitCode, 0, `${op} in ${sandbox.id}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

/** What the keeper of a sandbox has. */
export async function kept(sandbox: Sandbox): Promise<KeptState> {
  return (await keep(sandbox, 'describe')) as KeptState;
}
