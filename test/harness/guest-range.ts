import { execFileSync } from 'node:child_process';

/**
 * An address range that nothing on this machine routes yet, out of 10.224.0.0/12, with room for 256 guests.
 * Test files run one after another, so that looking is enough.
 */
export function pickGuestRange(): string {
  const routes = execFileSync('ip', ['route', 'show'], { encoding: 'utf8' });
  for (let attempt = 0; attempt < 1000; attempt++) {
    const second = 224 + Math.floor(Math.random() * 16);
    const third = 4 * Math.floor(Math.random() * 64);
    const range = `10.${second}.${third}.0/22`;
    const taken = [0, 1, 2, 3].some((offset) => routes.includes(`10.${second}.${third + offset}.`));
    if (!taken && !routes.includes(`10.${second}.0.0/16`)) return range;
  }
  throw new Error(
    'no free guest range in 10.224.0.0/12; remove what earlier runs left: nullspace host clean',
  );
}
