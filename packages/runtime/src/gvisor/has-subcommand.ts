import { run } from '../processes/run.ts';
import { askOnce } from './ask-once.ts';

/** Tells whether a runsc has a subcommand. One that an operator chose may lack those which ours adds. */
export function createSubcommandProbe(runsc: string, subcommand: string): () => Promise<boolean> {
  return askOnce(runsc, () =>
    run(runsc, ['help', subcommand]).then(
      () => true,
      () => false,
    ),
  );
}
