import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { claim } from './claim.ts';

/**
 * An address range with room for 256 guests out of 10.224.0.0/12, this process's until it ends. Nothing on this machine
 * routes it: what a run that was killed has left is never given out.
 */
export function pickGuestRange(): string {
  return claimRange(() => `10.${224 + randomInt(16)}.${4 * randomInt(64)}.0/22`);
}

/** The first range of those drawn that is nobody's. */
export function claimRange(draw: () => string): string {
  const routes = execFileSync('ip', ['route', 'show'], { encoding: 'utf8' });
  // A wider route, such as one to all of a company's networks, gives way to the more exact ones of guests.
  const routed = [...routes.matchAll(/\d+\.\d+\.\d+\.\d+(?:\/\d+)?/g)]
    .map(([network]) => toSpan(network))
    .filter(({ first, last }) => last - first < 2 ** 20);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const range = draw();
    const span = toSpan(range);
    const isRouted = routed.some(({ first, last }) => first <= span.last && span.first <= last);
    if (!isRouted && claim(`range-${range}`)) return range;
  }
  throw new Error('no free guest range; remove what earlier runs left: nullspace host clean');
}

/** First and last address of a network, or of a single address, as numbers. */
function toSpan(network: string): { first: number; last: number } {
  const [address, bits = '32'] = network.split('/');
  const number = address!.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const first = number - (number % size);
  return { first, last: first + size - 1 };
}
