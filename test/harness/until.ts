import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something that has no event to listen to, looking often, for up to a generous time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = 60_000,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms in vain: ${what}`);
    await sleep(50);
  }
}
