import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CliError } from '../errors/cli-error.ts';
import type { Account } from './account.ts';
import { serviceEnvironment } from './environment.ts';
import { type Installation, settingsFile } from './installation.ts';
import { commandLine } from './launch.ts';
import { lastMessages } from './log-file.ts';

const run = promisify(execFile);

/**
 * Runs the server's administration program as the server's account, so that files of the store keep their owner.
 *
 * @returns The JSON it prints.
 */
export async function administer(
  words: string[],
  options: { installation: Installation; account: Account | undefined },
): Promise<unknown> {
  const { installation, account } = options;
  const { command, args } = commandLine(
    {
      root: installation.root,
      entry: join(installation.root, 'packages/server/bin/admin.ts'),
      args: [...words, '--json', '--config-file', settingsFile(installation)],
    },
    { account, viewDir: join(installation.paths.runDir, 'view') },
  );
  try {
    const { stdout } = await run(command, args, {
      cwd: '/',
      env: serviceEnvironment({ service: 'server', cacheDir: installation.paths.cacheDir, account }),
      timeout: 60_000,
    });
    return JSON.parse(stdout) as unknown;
  } catch (error) {
    throw describeFailure(error as Error & { stdout?: string; stderr?: string });
  }
}

function describeFailure(error: Error & { stdout?: string; stderr?: string }): CliError {
  const envelope = parse(error.stdout) ?? parse(error.stderr?.trim().split('\n').at(-1));
  const told = envelope?.error;
  if (typeof told === 'object' && told !== null) {
    const { message, code, suggested_action } = told as Record<string, string | undefined>;
    return new CliError(message ?? 'The administration program failed.', {
      code,
      suggestedAction: suggested_action,
      cause: error,
    });
  }
  const said = lastMessages(error.stderr || error.message, 3).join(' ');
  return new CliError(`The administration program failed: ${said}`, { cause: error });
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text ?? '') as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
