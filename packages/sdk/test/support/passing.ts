import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { until } from './until.ts';

/**
 * Lets the client's pause of so many milliseconds pass on the mocked clock and waits for what follows it, which must
 * not come earlier. A client that is late to begin its pause gets the time that it needs.
 */
export async function passing(context: TestContext, pauseMs: number, followed: () => boolean): Promise<void> {
  await turns(50);
  context.mock.timers.tick(pauseMs - 1);
  await turns(10);
  assert.equal(followed(), false, `nothing within ${pauseMs} ms`);
  await until(() => {
    if (!followed()) context.mock.timers.tick(1);
    return followed();
  }, `what follows a pause of ${pauseMs} ms`);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
