import { defineCommand } from '../../command.ts';
import { buildRecord } from '../../output/records/build.ts';
import { buildId, secretOptions } from '../../template-build/parameters.ts';
import { readSecrets } from '../../template-build/read-settings.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Begins a new build of the same definition. Secrets are not stored: give them again.',
  arguments: [buildId],
  options: [
    { name: 'tag', multiple: true, description: 'Tag that will point to the new build.' },
    ...secretOptions,
    jsonOption,
  ],
  examples: ['nullspace template retry tb_…'],
  output: 'json: build',
  async run({ values, terminal }) {
    const words = { values: values.buildSecret, envs: values.buildSecretEnv, files: values.buildSecretFile };
    const secrets = readSecrets(words, process.env);
    const { TemplateBuild } = await import('nullspace');
    const build = await TemplateBuild.connect(values.buildId);
    const buildSecrets = secrets.length > 0 ? secrets : undefined;
    terminal.printJson(buildRecord((await build.retry({ tags: values.tag, buildSecrets })).info));
  },
});
