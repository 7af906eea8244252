import type { Signal } from 'nullspace';
import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { jsonOption, processId, sandboxId } from '../parameters.ts';

const signals: Signal[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGKILL',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGWINCH',
];

export const command = defineCommand({
  help: 'Sends a signal to it and all that it started.',
  arguments: [sandboxId, processId, { name: 'signal', choices: signals, description: 'Name of the signal.' }],
  options: [jsonOption],
  examples: ['nullspace sandbox process signal sb_… 12 SIGINT'],
  output: 'text; --json: {pid, signal}',
  async run({ values, json, terminal }) {
    const { commands } = await openSandbox(values);
    const { pid, signal } = values;
    await commands.sendSignal(pid, signal);
    if (json) terminal.printJson({ pid, signal });
    else terminal.print(`${signal} sent to process ${pid}.`);
  },
});
