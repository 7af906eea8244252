import { BuildFailure } from '../../build-failure.ts';

/** Refuses what cannot be honoured: it is never skipped. */
export function refuseLine(line: number, problem: string): never {
  throw new BuildFailure('prepare', `Line ${line} of the Dockerfile: ${problem}`, {
    action: 'Change that line and build again.',
    details: { reason: 'dockerfile_unsupported', line },
  });
}
