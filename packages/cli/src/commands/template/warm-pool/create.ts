import { defineCommand } from '../../../command.ts';
import { readMetadata, readPairs } from '../../../input/pairs.ts';
import { readRequestTimeout } from '../../../input/request-timeout.ts';
import { showPool } from '../../../output/show-pool.ts';
import { templateRef } from '../../../template-build/parameters.ts';
import { jsonOption, metadataOptions } from '../../sandbox/parameters.ts';

const whole = (name: string, minimum: number, description: string) =>
  ({ name, type: 'integer', minimum, description }) as const;

export const command = defineCommand({
  help: 'It fills itself from then on.',
  arguments: [templateRef],
  options: [
    { name: 'name', required: true, description: 'What you call it.' },
    { name: 'id', description: 'Id to use, twp_…. Without it the server makes one.' },
    { ...whole('min-ready', 0, 'Refilled below this.'), required: true },
    { ...whole('max-ready', 0, 'Never more.'), required: true },
    { ...whole('vcpus', 1, 'Virtual CPUs of each.'), default: 2 },
    { ...whole('memory', 1, 'Memory of each in MiB.'), default: 512 },
    whole('disk', 1, 'Disk of each in MiB.'),
    {
      name: 'checkout-policy',
      choices: ['prefer', 'require', 'bypass'],
      description: 'What creates do that do not say it themselves.',
    },
    whole('idle-timeout', 1, 'Seconds after which what nobody took is renewed.'),
    whole('stale-after', 1, 'Seconds after which what is older is renewed.'),
    {
      name: 'version-policy',
      choices: ['pinned_build', 'track_tag'],
      description: 'Stay with the build of now, or follow --track-tag.',
    },
    { name: 'track-tag', description: 'Tag to follow.' },
    { name: 'label', multiple: true, description: 'Label KEY=VALUE for "list".' },
    ...metadataOptions,
    jsonOption,
  ],
  examples: [
    'nullspace template warm-pool create review-api:stable --name review --min-ready 2 --max-ready 4',
  ],
  output: 'line; --json: pool',
  async run({ values, json, terminal }) {
    const metadata = readMetadata(values);
    const labels = readPairs(values.label, '--label');
    const { TemplateWarmPool } = await import('nullspace');
    const pool = await TemplateWarmPool.create(
      {
        id: values.id,
        template: values.templateRef,
        name: values.name,
        minReady: values.minReady,
        maxReady: values.maxReady,
        vcpus: values.vcpus,
        memoryMb: values.memory,
        diskMb: values.disk,
        checkoutPolicy: values.checkoutPolicy,
        idleTimeoutSeconds: values.idleTimeout,
        staleAfterSeconds: values.staleAfter,
        versionPolicy: values.versionPolicy,
        trackTag: values.trackTag,
        labels: Object.keys(labels).length > 0 ? labels : undefined,
        metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
      },
      readRequestTimeout(),
    );
    showPool(pool.info, { json, terminal });
  },
});
