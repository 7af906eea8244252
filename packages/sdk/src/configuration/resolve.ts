import { AuthError } from '../errors/access.ts';
import { InvalidRequestError } from '../errors/state.ts';
import { readConfigValue } from './config-files.ts';
import { readDotenv } from './dotenv.ts';

export const defaultBaseUrl = 'http://localhost:3000';

/**
 * The API key: the argument, else `NULLSPACE_API_KEY` of the environment, of `.env` in the current directory,
 * else `api_key` of the configuration files.
 * @throws AuthError when there is none, or the argument is blank.
 */
export function resolveApiKey(explicit?: string): string {
  const key = explicit === undefined ? findApiKey() : explicit.trim();
  if (key) return key;
  throw new AuthError('No API key: pass apiKey, or set NULLSPACE_API_KEY.', {
    code: 'missing_api_key',
    suggestedAction: 'Make a key with `nullspace keys create` and export it as NULLSPACE_API_KEY.',
  });
}

/** The base URL without a trailing slash; a blank argument means the default, `http://localhost:3000`. */
export function resolveBaseUrl(explicit?: string): string {
  const found = explicit === undefined ? findBaseUrl() : explicit.trim();
  const url = (found || defaultBaseUrl).replace(/\/+$/, '');
  if (/^https?:\/\/[^/]/i.test(url) && URL.canParse(url)) return url;
  throw new InvalidRequestError(`The base URL ${JSON.stringify(url)} is not an http or https address.`, {
    suggestedAction: 'Pass baseUrl, or set NULLSPACE_API_URL, for example http://localhost:3000.',
  });
}

function findApiKey(): string | undefined {
  return environment('NULLSPACE_API_KEY') ?? dotenv('NULLSPACE_API_KEY') ?? readConfigValue('api_key');
}

function findBaseUrl(): string | undefined {
  return (
    environment('NULLSPACE_API_URL') ??
    environment('NULLSPACE_BASE_URL') ??
    dotenv('NULLSPACE_API_URL') ??
    dotenv('NULLSPACE_BASE_URL') ??
    readConfigValue('base_url', 'api_url')
  );
}

function environment(name: string): string | undefined {
  return globalThis.process?.env?.[name]?.trim() || undefined;
}

function dotenv(name: string): string | undefined {
  return readDotenv()[name] || undefined;
}
