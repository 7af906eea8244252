import { after } from 'node:test';

/**
 * Where a whole `describe` block hangs its cleaning up: hooks run after its last test, newest first, each also
 * when an earlier one failed. (node:test's own `after` runs them oldest first.)
 */
export function suite(): { after(hook: () => Promise<void>): void } {
  const hooks: (() => Promise<void>)[] = [];
  after(async () => {
    const failures: unknown[] = [];
    for (const hook of hooks.reverse()) await hook().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'cleaning up failed');
  });
  return { after: (hook) => void hooks.push(hook) };
}
