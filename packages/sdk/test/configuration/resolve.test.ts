import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { AuthError, InvalidRequestError, resolveApiKey, resolveBaseUrl } from '../../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'nullspace-sdk-'));
const former = { cwd: process.cwd(), env: { ...process.env } };

interface Case {
  /** Files below the current directory (`work`) or the home. */
  files?: Record<string, string>;
  env?: Record<string, string>;
  argument?: { apiKey?: string; baseUrl?: string };
}

/** What a program with this home, current directory and environment gets. */
function resolve({ files = {}, env = {}, argument = {} }: Case): { apiKey: string; baseUrl: string } {
  process.chdir(former.cwd);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'work'), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  process.chdir(join(root, 'work'));
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, { HOME: join(root, 'home'), ...env });
  return { apiKey: resolveApiKey(argument.apiKey), baseUrl: resolveBaseUrl(argument.baseUrl) };
}

describe('configuration', () => {
  after(() => {
    process.chdir(former.cwd);
    Object.assign(process.env, former.env);
    rmSync(root, { recursive: true, force: true });
  });

  const files = {
    'work/.env': '# comment\n\nNULLSPACE_API_KEY="from-dotenv"\nNULLSPACE_BASE_URL=\'http://dotenv\'\n',
    'home/.config/nullspace/config.json': '{"api_key":"from-config","api_url":"http://config-api"}',
    'home/.nullspace/config.json': '{"api_key":"from-home","base_url":"http://home-base"}',
  };

  test('an argument beats everything and is trimmed', () => {
    const env = { NULLSPACE_API_KEY: 'from-env', NULLSPACE_API_URL: 'http://env' };
    const argument = { apiKey: ' mine ', baseUrl: ' https://mine/api/ ' };
    assert.deepEqual(resolve({ files, env, argument }), { apiKey: 'mine', baseUrl: 'https://mine/api' });
  });

  test('the environment beats .env, and NULLSPACE_API_URL beats NULLSPACE_BASE_URL', () => {
    const env = {
      NULLSPACE_API_KEY: ' from-env ',
      NULLSPACE_BASE_URL: 'http://b',
      NULLSPACE_API_URL: 'http://a',
    };
    assert.deepEqual(resolve({ files, env }), { apiKey: 'from-env', baseUrl: 'http://a' });
    assert.equal(resolve({ files, env: { NULLSPACE_BASE_URL: 'http://b' } }).baseUrl, 'http://b');
  });

  test('.env beats the files, with quotes stripped', () => {
    assert.deepEqual(resolve({ files }), { apiKey: 'from-dotenv', baseUrl: 'http://dotenv' });
  });

  test('of the files the first with the key wins, and base_url anywhere beats api_url', () => {
    const { 'work/.env': _, ...withoutDotenv } = files;
    assert.deepEqual(resolve({ files: withoutDotenv }), {
      apiKey: 'from-config',
      baseUrl: 'http://home-base',
    });
  });

  test('XDG_CONFIG_HOME moves the first file', () => {
    const moved = { 'xdg/nullspace/config.json': '{"api_key":"from-xdg"}' };
    assert.equal(resolve({ files: moved, env: { XDG_CONFIG_HOME: join(root, 'xdg') } }).apiKey, 'from-xdg');
  });

  test('broken files and values that are no text are passed over', () => {
    const broken = {
      'work/.env': 'export NULLSPACE_API_KEY=no\nnonsense\n=x\n',
      'home/.config/nullspace/config.json': '{"api_key": ',
      'home/.nullspace/config.json': '{"api_key":"good","base_url":7}',
    };
    assert.deepEqual(resolve({ files: broken }), { apiKey: 'good', baseUrl: 'http://localhost:3000' });
  });

  test('a blank base URL means the default, a blank key is refused', () => {
    assert.equal(resolve({ files, argument: { baseUrl: ' ' } }).baseUrl, 'http://localhost:3000');
    assert.throws(() => resolve({ files, argument: { apiKey: ' ' } }), missingKey);
    assert.throws(() => resolve({}), missingKey);
  });

  test('an address that is not http is refused', () => {
    assert.throws(() => resolve({ files, argument: { baseUrl: 'ftp://x' } }), InvalidRequestError);
  });
});

function missingKey(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'missing_api_key';
}
