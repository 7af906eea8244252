import { stat } from 'node:fs/promises';
import { fileIdentity } from './file-identity.ts';

/** Asks something of a program, again only when its file has changed: asking costs a process of 30 ms. */
export function askOnce<T>(program: string, ask: () => Promise<T>): () => Promise<T> {
  let known: { file: string; answer: Promise<T> } | undefined;
  return async () => {
    const file = fileIdentity(await stat(program, { bigint: true }));
    if (known?.file !== file) {
      const answer = ask();
      known = { file, answer };
      answer.catch(() => {
        known = undefined;
      });
    }
    return await known.answer;
  };
}
