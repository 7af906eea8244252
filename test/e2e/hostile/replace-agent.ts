import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from 'nullspace';
import { until } from '../../harness/until.ts';

/** How a garbage agent answers a call; see garbage-agent.py. */
export type Answer =
  | 'noise'
  | 'silence'
  | 'empty'
  | 'message'
  | 'half'
  | 'headers'
  | 'redirect'
  | 'flood'
  | 'messages';

/**
 * Puts a garbage agent into the place of a guest's real one, from inside the guest.
 *
 * @param answers How it answers by name of the call; `*` stands for the others.
 * @param location Where `redirect` sends the caller.
 */
export async function replaceAgent(
  sandbox: Sandbox,
  answers: { '*': Answer; [call: string]: Answer },
  location = '',
): Promise<void> {
  const script = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
  await sandbox.files.write('/replace-agent.py', script('replace-agent.py'));
  await sandbox.files.write('/garbage-agent.py', script('garbage-agent.py'));
  await sandbox.files.write('/answers.json', JSON.stringify({ ...answers, location }));
  // The answer to this call is lost with the agent.
  await sandbox.commands
    .run('python3', { args: ['/replace-agent.py', '/garbage-agent.py'], timeoutSecs: 20 })
    .catch(() => undefined);
  await until(() => answersWrongly(sandbox), 'the replaced agent answers');
}

/** Until it listens, nobody does. */
async function answersWrongly(sandbox: Sandbox): Promise<boolean> {
  return sandbox.files.read('/etc/hostname', { signal: AbortSignal.timeout(5000) }).then(
    () => false,
    (error: Error) => !/cannot be reached/.test(error.message),
  );
}
