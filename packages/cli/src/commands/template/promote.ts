import { defineCommand } from '../../command.ts';
import { templateRecord } from '../../output/records/template.ts';
import { buildId } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [buildId],
  options: [{ name: 'tag', required: true, description: 'Tag to move to the build.' }, jsonOption],
  examples: ['nullspace template promote tb_… --tag stable'],
  output: 'json: template',
  async run({ values, terminal }) {
    const { TemplateBuild } = await import('nullspace');
    const build = await TemplateBuild.connect(values.buildId);
    terminal.printJson(templateRecord(await build.promote(values.tag)));
  },
});
