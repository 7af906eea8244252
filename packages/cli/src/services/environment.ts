import { homedir } from 'node:os';
import { nodeEnvironment, prepareCompileCache } from '@nullspace/service';
import type { Account } from './account.ts';

const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Environment of a service: what programs need to run, without the caller's keys, settings and session. Makes the folder
 * of its compile cache.
 *
 * @param options.account Account it runs as; undefined: the caller's.
 * @param options.cacheVariable Names the folder of its compile cache. @default NODE_COMPILE_CACHE
 */
export function serviceEnvironment(options: {
  service: string;
  cacheDir: string;
  account?: Account;
  cacheVariable?: string;
}): Record<string, string> {
  const { account, cacheVariable = 'NODE_COMPILE_CACHE', ...program } = options;
  const kept = [
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'GOPROXY',
    'GOFLAGS',
  ];
  const environment: Record<string, string> = {
    // The caller's folders come first, so that the host finds the same Go as the build before it.
    PATH: [...new Set([...(process.env.PATH ?? '').split(':'), ...systemFolders])].filter(Boolean).join(':'),
    [cacheVariable]: prepareCompileCache({ ...program, owner: account }),
    HOME: account ? '/nonexistent' : homedir(),
    ...nodeEnvironment,
  };
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
