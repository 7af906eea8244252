import { run } from '../processes/run.ts';
import { askOnce } from './ask-once.ts';

/** Our runsc's own subcommand, which does the work of `pause` and of `checkpoint` in one process. */
export const PAUSE_CHECKPOINT = 'pause-checkpoint';

/** Tells whether a runsc has the subcommand. One that an operator chose may lack it. */
export function createPauseCheckpointProbe(runsc: string): () => Promise<boolean> {
  return askOnce(runsc, () =>
    run(runsc, ['help', PAUSE_CHECKPOINT]).then(
      () => true,
      () => false,
    ),
  );
}
