import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { defineCommand } from '../../../command.ts';
import { missingOpenSsh } from '../../../input/ssh-identity.ts';
import { sandboxId } from '../parameters.ts';
import { accessOptions, accessRecord, makeAccess, shellLine, sshCommand } from './make-access.ts';

export const command = defineCommand({
  help:
    'Words after the id are a remote command. Options of this command stand before them, or before "--".\n' +
    'Makes a key when it is first used, gets it a certificate, and ends with the exit code of the local ssh.',
  passthrough: 'command',
  arguments: [sandboxId],
  options: accessOptions,
  examples: ['nullspace ssh sb_…', 'nullspace ssh sb_… -- tail -f /var/log/app.log'],
  output: 'what ssh prints; --print-command: the command; --json: the access',
  async run({ values, rest, json, terminal }) {
    const made = await makeAccess(values);
    const words = sshCommand(made, rest);
    if (json) return terminal.printJson(accessRecord(made));
    if (values.printCommand) return terminal.print(shellLine(words));
    return await start(words);
  },
});

/** Runs a program on the caller's terminal, and takes over its exit code. */
async function start([program, ...args]: string[]): Promise<number> {
  const child = spawn(program!, args, { stdio: 'inherit' });
  // The terminal sends its keys to both; what they mean is ssh's business.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    child.once('error', (error) => reject(missingOpenSsh(program!, error)));
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    return await promise;
  } finally {
    process.off('SIGINT', ignore);
  }
}
