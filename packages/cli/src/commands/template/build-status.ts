import { defineCommand } from '../../command.ts';
import { stateRecord } from '../../output/records/build.ts';
import { buildId, offsetOption } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [buildId],
  options: [offsetOption, jsonOption],
  examples: ['nullspace template build-status tb_…'],
  output: 'json: {build, entries, next_offset}',
  async run({ values, terminal }) {
    const { TemplateBuild } = await import('nullspace');
    const build = await TemplateBuild.connect(values.buildId);
    terminal.printJson(stateRecord(await build.getStatus({ offset: values.offset })));
  },
});
