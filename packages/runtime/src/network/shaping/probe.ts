import type { Problem } from '../../engine.ts';
import { run } from '../../processes/run.ts';
import { limitBatch } from './commands.ts';

/** What this machine lacks for limits of bandwidth. Tries it in a network namespace that is gone afterwards. */
export async function probeShaping(): Promise<Problem | undefined> {
  try {
    const input = limitBatch({ device: 'lo', hostIs: 'src' }, '127.0.0.1', 1);
    await run('unshare', ['--net', 'tc', '-batch', '-'], { input });
    return undefined;
  } catch (error) {
    return {
      item: 'bandwidth',
      message: `Bandwidth of sandboxes cannot be limited here: ${(error as Error).message}`,
      fix: 'Install iproute2, and use a kernel with CONFIG_NET_SCH_HTB, CONFIG_NET_SCH_TBF and CONFIG_NET_CLS_U32.',
    };
  }
}
