import { run } from '../processes/run.ts';
import { askOnce } from './ask-once.ts';

/** Reads the version line of a program. */
export function createVersionReader(program: string): () => Promise<string> {
  return askOnce(program, async () => (await run(program, ['--version'])).split('\n', 1)[0] ?? '');
}
