import { configurationFile, readConfiguration, updateConfiguration } from './file.ts';
import { probeKey } from './probe.ts';

export interface Adopted {
  file: string;
  /** "kept": its key works here. "other": it is for another server and was left alone. */
  outcome: 'written' | 'kept' | 'other';
  /** Server that the file names afterwards. */
  baseUrl: string;
}

/**
 * Makes the client configuration of the calling user point at a local server. A key that works there is kept, and
 * so is a configuration for another machine, and one for another server here that answers.
 */
export async function adoptServer(options: {
  url: string;
  apiKey: string;
  env?: NodeJS.ProcessEnv;
}): Promise<Adopted> {
  const { url, apiKey } = options;
  const file = configurationFile(options.env);
  const { api_key: key, base_url: base, api_url: olderBase } = readConfiguration(file);
  const named = [base, olderBase].find((value) => typeof value === 'string' && value !== '') as
    | string
    | undefined;
  if (typeof key === 'string' && key !== '') {
    const current = (named ?? 'http://localhost:3000').replace(/\/+$/, '');
    if (isSame(current, url)) {
      if ((await probeKey(url, key)) === 'works') return { file, outcome: 'kept', baseUrl: current };
    } else if (!isLoopback(current) || (await probeKey(current, key, { timeoutMs: 3000 })) === 'works') {
      return { file, outcome: 'other', baseUrl: current };
    }
  }
  updateConfiguration(file, { api_key: apiKey, base_url: url });
  return { file, outcome: 'written', baseUrl: url };
}

function isSame(a: string, b: string): boolean {
  return a === b || (isLoopback(a) && isLoopback(b) && new URL(a).port === new URL(b).port);
}

function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return true;
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(address).hostname);
}
