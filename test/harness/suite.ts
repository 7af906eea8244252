import { after } from 'node:test';

/**
 * Where a whole `describe` block hangs its cleaning up: hooks run after its last test, newest first, each also
 * when an earlier one failed.
 */
export function suite(): { after(hook: () => Promise<void>): void } {
  const hooks: (() => Promise<void>)[] = [];
  after(async () => {
    const results = [];
    for (const hook of hooks.reverse())
      results.push(
        await hook().then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
    const failures = results.filter((result) => result !== undefined);
    if (failures.length > 0) throw new AggregateError(failures, 'cleaning up failed');
  });
  return { after: (hook) => hooks.push(hook) };
}
