import { defineCommand } from '../../command.ts';
import { UsageError } from '../../errors/cli-error.ts';
import { buildRecord } from '../../output/records/build.ts';
import { readValue } from '../../parse/values.ts';
import { describeDryRun } from '../../template-build/dry-run.ts';
import { type LogFormat, logFormats, logPrinter } from '../../template-build/log-printer.ts';
import { definitionHelp } from '../../template-build/parameters.ts';
import { readLine } from '../../template-build/read-line.ts';
import { reportBuildFailure } from '../../template-build/report-failure.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: `${definitionHelp}
  Mode:         --background, --dry-run, --log-format text|jsonl|quiet

The log goes to stderr, the build as JSON to stdout. Exits with 1 when the build failed. Interrupting it ends the
waiting, not the build.`,
  passthrough: 'command',
  options: [jsonOption],
  examples: [
    'nullspace template build --from-image python:3.12-slim --pip-install fastapi,uvicorn --name review-api --tag stable',
    'nullspace template build --from-dockerfile ./Dockerfile --name review-api --background',
    'nullspace template build --from-template base --copy-src app --copy-dst /srv/app --start-cmd /srv/app/serve --ready-port 8000 --name served',
  ],
  output: 'json: build; the log on stderr',
  async run({ rest, json, terminal }) {
    const { template, name, options, settings } = await readLine(rest, { modes: true, named: true });
    const { background, 'dry-run': dryRun, 'log-format': logFormat } = settings;
    if (background && (dryRun || logFormat))
      throw new UsageError('--background goes with neither --dry-run nor --log-format.');
    if (dryRun && logFormat) throw new UsageError('--dry-run and --log-format: give one of them.');
    if (dryRun) return describeDryRun(await template.toJson(name, options), { json, terminal });
    const { Template, BuildError } = await import('nullspace');
    if (background) {
      const build = await Template.buildInBackground(template, name!, options);
      return terminal.printJson(buildRecord(build.info));
    }
    const rule = { label: '--log-format', choices: logFormats };
    const format = readValue(logFormat?.[0] ?? 'text', rule) as LogFormat;
    try {
      const onLogEntry = logPrinter(format, terminal);
      const build = await Template.build(template, name!, { ...options, onLogEntry });
      terminal.printJson(buildRecord(build.info));
      return 0;
    } catch (error) {
      if (json || !(error instanceof BuildError)) throw error;
      reportBuildFailure(error, format, terminal);
      return 1;
    }
  },
});
