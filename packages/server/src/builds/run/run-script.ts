import type { Context } from '../../context.ts';
import { BuildFailure } from '../build-failure.ts';
import type { BuildSandbox } from './build-sandbox.ts';

/**
 * Runs a script of ours as root in a build sandbox.
 *
 * @param options.problem What the build fails with when the script does.
 */
export async function runScript(
  context: Context,
  sandbox: BuildSandbox,
  { script, problem, signal }: { script: string; problem: string; signal: AbortSignal },
): Promise<void> {
  const call = { failure: 'exec_failed' as const, signal };
  const { exit } = await context.guests.call(sandbox.live, call, (guest, linked) =>
    guest.run({ command: { command: script, shell: true, cwd: '/' } }, { signal: linked }),
  );
  if (exit?.code !== 0) throw new BuildFailure('build_step', problem);
}
