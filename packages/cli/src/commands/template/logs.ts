import { defineCommand } from '../../command.ts';
import { UsageError } from '../../errors/cli-error.ts';
import { logEntryRecord } from '../../output/records/build.ts';
import { logLine } from '../../template-build/log-printer.ts';
import { buildId, offsetOption } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Prints entries as they come; with --json all at the end.',
  arguments: [buildId],
  options: [
    jsonOption,
    { name: 'since', description: 'Only entries from this time on, ISO 8601.' },
    { name: 'follow', type: 'flag', description: 'Up to the end of the build.' },
    offsetOption,
  ],
  examples: ['nullspace template logs tb_…', 'nullspace template logs tb_… --follow --offset 20'],
  output: 'lines; --json: array of entries',
  async run({ values, json, terminal }) {
    const since = values.since === undefined ? undefined : Date.parse(values.since);
    if (Number.isNaN(since))
      throw new UsageError(`--since must be a time in ISO 8601; it is ${values.since}.`);
    const { TemplateBuild } = await import('nullspace');
    const build = await TemplateBuild.connect(values.buildId);
    const records = [];
    for await (const entry of build.logs({ offset: values.offset, follow: values.follow === true })) {
      if (since !== undefined && entry.timestamp.getTime() < since) continue;
      if (json) records.push(logEntryRecord(entry));
      else terminal.print(logLine(entry));
    }
    if (json) terminal.printJson(records);
  },
});
