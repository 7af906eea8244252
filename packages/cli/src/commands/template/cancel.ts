import { defineCommand } from '../../command.ts';
import { stateRecord } from '../../output/records/build.ts';
import { buildId } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'What it has cached stays.',
  arguments: [buildId],
  options: [{ name: 'reason', description: 'Kept with the build.' }, jsonOption],
  examples: ['nullspace template cancel tb_…'],
  output: 'json: {build, entries, next_offset}',
  async run({ values, terminal }) {
    const { TemplateBuild } = await import('nullspace');
    const build = await TemplateBuild.connect(values.buildId);
    terminal.printJson(stateRecord(await build.cancel({ reason: values.reason })));
  },
});
