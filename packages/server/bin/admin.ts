#!/usr/bin/env node
import { mkdirSync } from 'node:fs';
import { loadSettings, paths } from '@nullspace/configuration';
import { createKey, DEFAULT_TENANT, listKeys, revokeKey, type ShownKey } from '../src/keys/manage-keys.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';

const usage = `Usage: admin.ts keys create [--tenant NAME] [--name NAME] [--json]
       admin.ts keys list [--tenant NAME] [--json]
       admin.ts keys revoke ID [--json]
`;

/** A wrong command line or a name that is not there: told without a stack, exit code 2 or 1. */
class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Command {
  words: string[];
  tenant: string | undefined;
  name: string | undefined;
  json: boolean;
}

async function main(): Promise<void> {
  const { settings, own, positionals } = loadSettings({
    argv: process.argv.slice(2),
    env: process.env,
    own: { tenant: 'text', name: 'text', json: 'switch', help: 'switch' },
    positionals: true,
  });
  if (own.help) {
    process.stdout.write(usage);
    return;
  }
  const command: Command = {
    words: positionals,
    tenant: readName('tenant', own.tenant),
    name: readName('name', own.name),
    json: own.json === true,
  };
  checkWords(command.words);
  if (settings.database_url === '') mkdirSync(paths(settings).serverDir, { recursive: true, mode: 0o700 });
  const store = await openStore(settings);
  try {
    await run(store, command);
  } finally {
    await store.close();
  }
}

function checkWords([noun, verb, ...rest]: string[]): void {
  const expected = { create: 0, list: 0, revoke: 1 }[verb ?? ''];
  if (noun !== 'keys' || expected === undefined || rest.length !== expected) throw new CommandError(usage, 2);
}

async function run(store: Store, { words, tenant, name, json }: Command): Promise<void> {
  const [, verb, id] = words;
  if (verb === 'create') {
    const made = await createKey(store, { tenant: tenant ?? DEFAULT_TENANT, name: name ?? '' });
    print(json, made, `${made.key}\n`);
  } else if (verb === 'list') {
    const keys = await listKeys(store, tenant === undefined ? {} : { tenant });
    if (!keys) throw new CommandError(`There is no tenant ${tenant}.\n`, 1);
    print(json, keys, keys.map(describe).join(''));
  } else {
    const revoked = await revokeKey(store, id!);
    if (!revoked) throw new CommandError(`There is no key ${id}. List them with: keys list\n`, 1);
    print(json, revoked, `Revoked ${revoked.id}. The server refuses it within seconds.\n`);
  }
}

function readName(flag: string, value: string | boolean | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^[\w .@:/+-]{1,100}$/.test(value)) return value;
  throw new CommandError(`--${flag} must be 1 to 100 letters, digits, spaces or any of _.@:/+-\n`, 2);
}

function print(json: boolean, value: object, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : text);
}

function describe({ id, tenant, name, prefix, created_at, revoked_at }: ShownKey): string {
  return `${[id, tenant, `${prefix}…`, name, created_at, revoked_at ? `revoked ${revoked_at}` : 'active'].join('\t')}\n`;
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(message.endsWith('\n') ? message : `${message}\n`);
  process.exit(error instanceof CommandError ? error.exitCode : 1);
});
