import { readFile } from 'node:fs/promises';
import { run } from '../processes/run.ts';

/** Unmounts what runsc keeps mounted below its state folder, such as the namespace of instances without a network. */
export async function releaseState(folder: string): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  const points = mounts
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) await run('umount', ['--lazy', point]);
}
