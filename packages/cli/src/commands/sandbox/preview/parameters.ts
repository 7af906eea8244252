import type { ArgumentSpec, OptionSpec, Values } from '../../../command.ts';
import { sandboxId } from '../parameters.ts';

export const portOfSandbox: ArgumentSpec[] = [
  sandboxId,
  { name: 'port', type: 'integer', description: 'Port inside the sandbox.' },
];

export const readinessOptions: OptionSpec[] = [
  {
    name: 'readiness-kind',
    choices: ['tcp', 'http'],
    default: 'tcp',
    description: 'What counts as an answer.',
  },
  { name: 'readiness-path', description: 'Path that http asks for.' },
  {
    name: 'timeout-secs',
    type: 'integer',
    minimum: 0,
    default: 30,
    description: 'How long to wait, in seconds.',
  },
  {
    name: 'interval-ms',
    type: 'integer',
    minimum: 10,
    default: 500,
    description: 'Pause between two tries.',
  },
];

export const waitOptions: OptionSpec[] = [
  { name: 'wait', type: 'flag', description: 'Wait until the port answers.' },
  ...readinessOptions,
];

export const rawOption: OptionSpec = { name: 'raw', type: 'flag', description: 'Show tokens.' };
export const websocketOption: OptionSpec = {
  name: 'websocket',
  type: 'flag',
  description: 'The address for WebSockets.',
};
export const expiresOption: OptionSpec = {
  name: 'expires',
  description: 'How long the tokens are valid, as 90, 90s, 15m or 2h. An hour without it.',
};

export function readinessOf(values: Values) {
  return {
    kind: values.readinessKind,
    path: values.readinessPath,
    timeoutSecs: values.timeoutSecs,
    intervalMs: values.intervalMs,
  };
}
