import { defineCommand } from '../../command.ts';
import { stateRecord } from '../../output/records/build.ts';
import { logFormats, logPrinter } from '../../template-build/log-printer.ts';
import { buildId, offsetOption } from '../../template-build/parameters.ts';
import { reportBuildFailure } from '../../template-build/report-failure.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'The log goes to stderr, the build at its end as JSON to stdout. Exits with 1 when it failed.',
  arguments: [buildId],
  options: [
    offsetOption,
    {
      name: 'poll-interval-ms',
      type: 'integer',
      minimum: 0,
      default: 250,
      description: 'Milliseconds between two looks.',
    },
    { name: 'log-format', choices: logFormats, default: 'text', description: 'How the log is printed.' },
    jsonOption,
  ],
  examples: ['nullspace template wait tb_…', 'nullspace template wait tb_… --log-format quiet'],
  output: 'json: {build, entries, next_offset}',
  async run({ values, json, terminal }) {
    const { TemplateBuild, BuildError } = await import('nullspace');
    const build = await TemplateBuild.connect(values.buildId);
    try {
      const end = await build.wait({
        offset: values.offset,
        pollIntervalMs: values.pollIntervalMs,
        onLogEntry: logPrinter(values.logFormat, terminal),
      });
      terminal.printJson(stateRecord(end));
      return 0;
    } catch (error) {
      if (json || !(error instanceof BuildError)) throw error;
      reportBuildFailure(error, values.logFormat, terminal);
      return 1;
    }
  },
});
