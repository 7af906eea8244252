import { defineCommand } from '../../../command.ts';
import { readinessRecord } from '../../../output/records/preview.ts';
import { jsonOption } from '../parameters.ts';
import { openAsIs } from './open.ts';
import { portOfSandbox, readinessOf, readinessOptions } from './parameters.ts';

export const command = defineCommand({
  help: 'Ends with 0 when the port answers, and with 1 when it does not in time.',
  arguments: portOfSandbox,
  options: [...readinessOptions, jsonOption],
  examples: ['nullspace sandbox ready sb_… 3000', 'nullspace sandbox ready sb_… 3000 --readiness-kind http'],
  output: 'one sentence; --json: readiness',
  async run({ values, json, terminal }) {
    const readiness = await (await openAsIs(values)).previews.waitFor(values.port, readinessOf(values));
    if (json) terminal.printJson(readinessRecord(readiness));
    else if (readiness.ready) terminal.print(`Port ${values.port} answers.`);
    else terminal.print(`Port ${values.port} does not answer: ${readiness.error ?? readiness.code}`);
    return readiness.ready ? 0 : 1;
  },
});
