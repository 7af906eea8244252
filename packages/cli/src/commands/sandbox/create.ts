import type { CreateOptions } from 'nullspace';
import { defineCommand, type Values } from '../../command.ts';
import { UsageError } from '../../errors/cli-error.ts';
import { readNetworkPolicy } from '../../input/network.ts';
import { readJsonObject, readPairs } from '../../input/pairs.ts';
import { sandboxRecord } from '../../output/records/sandbox.ts';

export const command = defineCommand({
  help: 'The sandbox is left running until its timeout or "nullspace sandbox kill".',
  options: [
    { name: 'template', description: 'Name, name:tag or id of the template.', default: 'base' },
    { name: 'vcpus', type: 'integer', minimum: 1, description: 'Virtual CPUs.', default: 2 },
    { name: 'memory', type: 'integer', minimum: 1, description: 'Memory in MiB.', default: 512 },
    { name: 'disk', type: 'integer', minimum: 1, description: 'Least size of the disk in MiB.' },
    { name: 'timeout', type: 'integer', minimum: 1, description: 'Time to live in seconds.', default: 300 },
    { name: 'cwd', description: 'Default working directory of commands.' },
    { name: 'env', multiple: true, description: 'Environment variable KEY=VALUE.' },
    { name: 'env-json', description: 'Environment as a JSON object.' },
    { name: 'metadata', multiple: true, description: 'Label KEY=VALUE.' },
    { name: 'metadata-json', description: 'Labels as a JSON object.' },
    { name: 'network-json', description: 'Network policy as a JSON object.' },
    {
      name: 'internet-access',
      type: 'flag',
      negatable: true,
      default: true,
      description: 'Outbound traffic.',
    },
    { name: 'on-timeout', choices: ['destroy', 'pause'], description: 'What happens at the deadline.' },
    { name: 'timeout-action', choices: ['destroy', 'hibernate'], description: 'The same, in other words.' },
    {
      name: 'idempotency-key',
      description: 'A repeated create with this key answers with the same sandbox.',
    },
  ],
  examples: [
    'nullspace sandbox create',
    'nullspace sandbox create --vcpus 4 --memory 2048 --timeout 3600 --env APP_ENV=dev --metadata project=docs',
    'nullspace sandbox create --no-internet-access',
  ],
  output: 'json: sandbox',
  async run({ values, terminal }) {
    const options = createOptions(values);
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.create(options);
    terminal.printJson(sandboxRecord(await sandbox.getInfo()));
  },
});

function createOptions(values: Values): CreateOptions {
  const action = values.onTimeout === 'pause' ? 'hibernate' : values.onTimeout;
  if (action && values.timeoutAction && action !== values.timeoutAction) {
    throw new UsageError('--on-timeout and --timeout-action say different things; give one of them.');
  }
  return {
    template: values.template,
    vcpus: values.vcpus,
    memoryMb: values.memory,
    diskMb: values.disk,
    timeout: values.timeout,
    timeoutAction: action ?? values.timeoutAction,
    cwd: values.cwd,
    envs: { ...readTextObject(values.envJson, '--env-json'), ...readPairs(values.env, '--env') },
    metadata: {
      ...readJsonObject(values.metadataJson, '--metadata-json'),
      ...readPairs(values.metadata, '--metadata'),
    },
    network: readNetworkPolicy(values.networkJson),
    internetAccess: values.internetAccess,
    idempotencyKey: values.idempotencyKey,
  };
}

function readTextObject(text: string | undefined, label: string): Record<string, string> {
  const object = readJsonObject(text, label);
  for (const [key, value] of Object.entries(object)) {
    if (typeof value !== 'string') throw new UsageError(`${label}: the value of ${key} must be a string.`);
  }
  return object as Record<string, string>;
}
