import { existsSync } from 'node:fs';
import { RuntimeFailure } from '../errors.ts';
import { run } from '../processes/run.ts';

/** Slots that one process removes: the kernel takes its time for each, and the process has a deadline. */
const AT_ONCE = 8;

/** How long a removal waits for others that one process can do with it. */
const TOGETHER_MS = 20;

const hostInterface = (name: string) => `/sys/class/net/${name}`;
const namespace = (name: string) => `/run/netns/${name}`;

/** Removes slots by their names; those asked for at about the same moment by one process. */
export function createRemover(): (name: string) => Promise<void> {
  let waiting: Map<string, PromiseWithResolvers<void>> | undefined;

  async function removeAll(all: Map<string, PromiseWithResolvers<void>>): Promise<void> {
    const slots = [...all];
    while (slots.length > 0) await removeSome(slots.splice(0, AT_ONCE));
  }

  async function removeSome(some: [string, PromiseWithResolvers<void>][]): Promise<void> {
    const input = removeBatch(some.map(([name]) => name));
    let failure: unknown;
    await run('ip', ['-force', '-batch', '-'], { input }).catch((error) => {
      failure = error;
    });
    for (const [name, { resolve, reject }] of some) {
      // Others may have removed it meanwhile: what counts is what is left.
      if (!existsSync(hostInterface(name)) && !existsSync(namespace(name))) resolve();
      else
        reject(failure ?? new RuntimeFailure(`The network slot ${name} is still there after its removal.`));
    }
  }

  return async (name) => {
    if (!waiting) {
      const all = new Map<string, PromiseWithResolvers<void>>();
      waiting = all;
      setTimeout(() => {
        waiting = undefined;
        void removeAll(all);
      }, TOGETHER_MS);
    }
    const removal = waiting.get(name) ?? Promise.withResolvers<void>();
    waiting.set(name, removal);
    await removal.promise;
  };
}

/**
 * Batch of `ip` that removes whatever there is of slots. The host's interface goes first and at once; the kernel takes a
 * namespace down some time after it was deleted.
 */
function removeBatch(names: string[]): string {
  const lines = names.flatMap((name) => [
    ...(existsSync(hostInterface(name)) ? [`link delete ${name}`] : []),
    ...(existsSync(namespace(name)) ? [`netns delete ${name}`] : []),
  ]);
  return `${lines.join('\n')}\n`;
}
