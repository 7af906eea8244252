import type { CreateOptions } from 'nullspace';
import { defineCommand, type Values } from '../../command.ts';
import { UsageError } from '../../errors/cli-error.ts';
import { bandwidthOptions, readNetwork } from '../../input/network.ts';
import { readJsonObject, readMetadata, readPairs } from '../../input/pairs.ts';
import { sandboxRecord } from '../../output/records/sandbox.ts';

export const command = defineCommand({
  help: 'The sandbox is left running until its timeout or "nullspace sandbox kill".',
  options: [
    { name: 'template', description: 'Name, name:tag or id of the template. Without it base.' },
    {
      name: 'snapshot-id',
      description: 'Start from this snapshot, which has template, size, environment and folder.',
    },
    { name: 'warm-pool', description: 'Take a ready sandbox of this pool, twp_….' },
    {
      name: 'warm-pool-mode',
      choices: ['prefer', 'require', 'bypass'],
      description: 'What happens when none is ready. Without it what the pool says.',
    },
    {
      name: 'warm-pool-wait',
      type: 'integer',
      minimum: 0,
      maximum: 30_000,
      description: 'Milliseconds to wait for one to get ready.',
    },
    { name: 'vcpus', type: 'integer', minimum: 1, description: 'Virtual CPUs. Without it 2.' },
    { name: 'memory', type: 'integer', minimum: 1, description: 'Memory in MiB. Without it 512.' },
    { name: 'disk', type: 'integer', minimum: 1, description: 'Least size of the disk in MiB.' },
    { name: 'timeout', type: 'integer', minimum: 1, description: 'Time to live in seconds.', default: 300 },
    { name: 'cwd', description: 'Default working directory of commands.' },
    { name: 'env', multiple: true, description: 'Environment variable KEY=VALUE.' },
    { name: 'env-json', description: 'Environment as a JSON object.' },
    { name: 'metadata', multiple: true, description: 'Label KEY=VALUE.' },
    { name: 'metadata-json', description: 'Labels as a JSON object.' },
    { name: 'network-json', description: 'Network policy as a JSON object.' },
    ...bandwidthOptions,
    {
      name: 'internet-access',
      type: 'flag',
      negatable: true,
      description: 'Outbound traffic. Without it allowed.',
    },
    {
      name: 'auto-resume',
      type: 'flag',
      negatable: true,
      description: 'Requests to previews resume it while it is paused.',
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
    'nullspace sandbox create --snapshot-id snap_… --on-timeout pause',
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
    ...(values.snapshotId === undefined ? fromTemplate(values) : fromSnapshot(values)),
    timeout: values.timeout,
    timeoutAction: action ?? values.timeoutAction,
    metadata: readMetadata(values),
    network: readNetwork(values),
    autoResume: values.autoResume ?? false,
    warmPool: values.warmPool,
    warmPoolMode: values.warmPoolMode,
    warmPoolWaitMs: values.warmPoolWait,
    idempotencyKey: values.idempotencyKey,
  };
}

function fromTemplate(values: Values): CreateOptions {
  return {
    template: values.template ?? 'base',
    vcpus: values.vcpus ?? 2,
    memoryMb: values.memory ?? 512,
    diskMb: values.disk,
    cwd: values.cwd,
    envs: { ...readTextObject(values.envJson, '--env-json'), ...readPairs(values.env, '--env') },
    internetAccess: values.internetAccess ?? true,
  };
}

const fixedBySnapshot = ['template', 'vcpus', 'memory', 'disk', 'cwd', 'env', 'envJson', 'internetAccess'];

function fromSnapshot(values: Values): CreateOptions {
  const fixed = fixedBySnapshot.filter((name) => values[name] !== undefined);
  if (fixed.length > 0) {
    const flags = fixed.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new UsageError(`${flags.join(', ')}: not with --snapshot-id, since the snapshot has it.`);
  }
  return { snapshotId: values.snapshotId };
}

function readTextObject(text: string | undefined, label: string): Record<string, string> {
  const object = readJsonObject(text, label);
  for (const [key, value] of Object.entries(object)) {
    if (typeof value !== 'string') throw new UsageError(`${label}: the value of ${key} must be a string.`);
  }
  return object as Record<string, string>;
}
