import { readFileSync } from 'node:fs';
import type { BuildOptions, BuildSecret, RegistryAuth } from 'nullspace';
import { UsageError } from '../errors/cli-error.ts';
import { readLiteral } from '../input/literal.ts';
import { readJsonObject, readPairs } from '../input/pairs.ts';
import { readValue } from '../parse/values.ts';
import type { BuildWords } from './parse-flags.ts';

type Settings = BuildWords['settings'];

/** `KEY=VALUE` words, and `@FILE` with a JSON object of them. */
export async function readEnvironment(words: string[], label: string): Promise<Record<string, string>> {
  const envs: Record<string, string> = {};
  for (const word of words) {
    const found = word.startsWith('@')
      ? readJsonObject(await readLiteral(word), label)
      : readPairs([word], label);
    for (const [name, value] of Object.entries(found)) {
      if (typeof value !== 'string') throw new UsageError(`${label}: the value of ${name} must be text.`);
      envs[name] = value;
    }
  }
  return envs;
}

/** The registry login of a line, of one kind; name and password may stand in the environment. */
export async function readRegistryAuth(
  settings: Settings,
  environment: NodeJS.ProcessEnv,
): Promise<RegistryAuth | undefined> {
  const value = (flag: string) => settings[flag]?.[0];
  const gcp = value('gcp-service-account-json');
  const aws = Object.keys(settings).some((flag) => flag.startsWith('aws-'));
  const flagged = value('registry-username') ?? value('registry-password');
  if ([gcp, aws || undefined, flagged].filter((kind) => kind !== undefined).length > 1)
    throw new UsageError('Give one kind of registry login.');
  if (gcp !== undefined)
    return {
      kind: 'gcp',
      serviceAccountJson: readJsonObject(await readLiteral(gcp), '--gcp-service-account-json'),
    };
  if (aws) return awsAuth(value);
  const fallback = flagged === undefined ? environment : {};
  const username = value('registry-username') ?? fallback.NULLSPACE_REGISTRY_USERNAME;
  const password = value('registry-password') ?? fallback.NULLSPACE_REGISTRY_PASSWORD;
  if (username === undefined && password === undefined) return undefined;
  if (!username || password === undefined)
    throw new UsageError('--registry-username and --registry-password belong together: give both.');
  return { kind: 'basic', username, password };
}

function awsAuth(value: (flag: string) => string | undefined): RegistryAuth {
  const [accessKeyId, secretAccessKey, region] = [
    'aws-access-key-id',
    'aws-secret-access-key',
    'aws-region',
  ].map(value);
  if (accessKeyId === undefined || secretAccessKey === undefined || region === undefined)
    throw new UsageError('--aws-access-key-id, --aws-secret-access-key and --aws-region belong together.');
  return { kind: 'aws', accessKeyId, secretAccessKey, region, sessionToken: value('aws-session-token') };
}

/** Secrets as `ID=VALUE`, from the environment as `ID[=ENV]`, from files as `ID=PATH`. */
export function readSecrets(
  words: { values?: string[]; envs?: string[]; files?: string[] },
  environment: NodeJS.ProcessEnv,
): BuildSecret[] {
  const values = Object.entries(readPairs(words.values, '--build-secret'));
  const files = Object.entries(readPairs(words.files, '--build-secret-file'));
  return [
    ...values.map(([id, value]) => ({ id, value, source: 'value' as const })),
    ...(words.envs ?? []).map((word) => {
      const [id, name = id] = word.split('=', 2) as [string, string?];
      const value = environment[name!];
      if (value === undefined) throw new UsageError(`--build-secret-env: the environment has no ${name}.`);
      return { id, value, source: 'env' as const };
    }),
    ...files.map(([id, path]) => {
      try {
        return { id, value: readFileSync(path, 'utf8'), source: 'file' as const };
      } catch (error) {
        throw new UsageError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
      }
    }),
  ];
}

/** Tags, size and the like. */
export function readBuildOptions(settings: Settings, environment: NodeJS.ProcessEnv): BuildOptions {
  const whole = (flag: string) => {
    const [text] = settings[flag] ?? [];
    const rule = { label: `--${flag}`, type: 'integer', minimum: 1 } as const;
    return text === undefined ? undefined : (readValue(text, rule) as number);
  };
  if (settings['internet-access'] && settings['no-internet-access'])
    throw new UsageError('--internet-access and --no-internet-access: give one of them.');
  const [backend] = settings.backend ?? [];
  if (backend !== undefined) readValue(backend, { label: '--backend', choices: ['buildkit'] });
  return {
    tags: settings.tag,
    vcpus: whole('cpu-count'),
    memoryMb: whole('memory-mb'),
    diskMb: whole('disk-mb'),
    internetAccess: settings['no-internet-access'] === undefined,
    buildBackend: backend === undefined ? undefined : 'buildkit',
    skipCache: settings['skip-cache'] !== undefined,
    buildSecrets: readSecrets(
      {
        values: settings['build-secret'],
        envs: settings['build-secret-env'],
        files: settings['build-secret-file'],
      },
      environment,
    ),
  };
}
