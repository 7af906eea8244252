import { createInterface } from 'node:readline';

/** Resolves when a line is entered, or at the end of the input. */
export function waitForEnter(prompt: string): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once('close', resolve);
    lines.question(prompt, () => lines.close());
  });
}
