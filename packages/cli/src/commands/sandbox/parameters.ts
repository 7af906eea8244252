import type { ArgumentSpec, OptionSpec } from '../../command.ts';

/** Parameters that many commands share. */
export const sandboxId: ArgumentSpec = { name: 'sandbox-id', description: 'Id of the sandbox.' };
export const snapshotId: ArgumentSpec = { name: 'snapshot-id', description: 'Id of the snapshot.' };
export const filePath: ArgumentSpec = { name: 'path', description: 'Path in the sandbox.' };
export const processId: ArgumentSpec = { name: 'pid', type: 'integer', description: 'Id of the process.' };
export const sessionId: ArgumentSpec = { name: 'session-id', description: 'Id of the terminal session.' };
export const userOption: OptionSpec = {
  name: 'user',
  description: "Account whose rights and home count; without it root's rights and the working directory.",
};
export const jsonOption: OptionSpec = {
  name: 'json',
  type: 'flag',
  description: 'JSON on stdout, for errors too.',
};
export const metadataOptions: OptionSpec[] = [
  { name: 'metadata', multiple: true, description: 'Label KEY=VALUE.' },
  { name: 'metadata-json', description: 'Labels as a JSON object.' },
];
export const idempotencyOption: OptionSpec = {
  name: 'idempotency-key',
  description: 'A repeated call with this key has the same result, once.',
};
export const encodingOption: OptionSpec = {
  name: 'encoding',
  choices: ['utf8', 'base64'],
  default: 'utf8',
  description: 'Text, or any bytes in base64.',
};
export const repositoryOption: OptionSpec = {
  name: 'path',
  default: '/workspace',
  description: 'Repository in the sandbox.',
};
