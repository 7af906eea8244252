import { defineCommand } from '../../command.ts';
import { buildRecord } from '../../output/records/build.ts';
import { templateRef } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'A page of builds, the newest first.',
  arguments: [templateRef],
  options: [
    {
      name: 'status',
      choices: ['waiting', 'building', 'ready', 'error', 'cancelled'],
      description: 'Only builds of this state.',
    },
    { name: 'backend', choices: ['native', 'buildkit'], description: 'Only builds sent as this.' },
    {
      name: 'source-type',
      choices: ['declarative', 'dockerfile', 'oci_import', 'template_base'],
      description: 'Only builds of this kind.',
    },
    { name: 'limit', type: 'integer', minimum: 1, maximum: 100, description: 'Builds a page.' },
    { name: 'cursor', description: 'next_cursor of the page before.' },
    jsonOption,
  ],
  examples: [
    'nullspace template builds review-api',
    'nullspace template builds review-api --status error --limit 5',
  ],
  output: 'json: {builds, next_cursor}',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    const { builds, nextCursor } = await Template.listBuilds(values.templateRef, {
      status: values.status,
      buildBackend: values.backend,
      sourceType: values.sourceType,
      limit: values.limit,
      cursor: values.cursor,
    });
    terminal.printJson({ builds: builds.map(buildRecord), next_cursor: nextCursor ?? null });
  },
});
