import { constants } from 'node:os';
import type { Signal } from 'nullspace';
import { defineCommand } from '../../../command.ts';
import { UsageError } from '../../../errors/cli-error.ts';
import { openSandbox } from '../open.ts';
import { jsonOption, processId, sandboxId } from '../parameters.ts';

const signals: Exclude<Signal, number>[] = [
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
  arguments: [
    sandboxId,
    processId,
    { name: 'signal', description: `Name, with or without SIG, or number: ${signals.join(', ')}.` },
  ],
  options: [jsonOption],
  examples: ['nullspace sandbox process signal sb_… 12 SIGINT'],
  output: 'text; --json: {pid, signal}',
  async run({ values, json, terminal }) {
    const { commands } = await openSandbox(values);
    const { pid } = values;
    const signal = readSignal(values.signal);
    await commands.sendSignal(pid, signal);
    if (json) terminal.printJson({ pid, signal });
    else terminal.print(`${signal} sent to process ${pid}.`);
  },
});

function readSignal(text: string): Exclude<Signal, number> {
  const name = text.toUpperCase();
  const found = signals.find(
    (signal) => signal === name || signal === `SIG${name}` || String(constants.signals[signal]) === text,
  );
  if (found) return found;
  throw new UsageError(`SIGNAL must be one of ${signals.join(', ')}, or its number; it is "${text}".`);
}
