import type { Context } from './context.ts';
import type { Measurement } from './measurement.ts';

export interface Bench {
  /** Name on the command line. */
  name: string;
  /** One line for `--list`. */
  about: string;
  /** Settings of the installation beyond those of every benchmark. */
  settings?: Record<string, string>;
  run(context: Context): Promise<Measurement[]>;
}

/** How long `act` takes, in milliseconds. */
export async function time(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

/** Takes samples of several things in turn, so that a noisy moment hits all of them alike. */
export async function alternate(
  rounds: number,
  acts: Record<string, (round: number) => Promise<number>>,
): Promise<Record<string, number[]>> {
  const samples: Record<string, number[]> = Object.fromEntries(Object.keys(acts).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, act] of Object.entries(acts)) samples[name]!.push(await act(round));
  return samples;
}
