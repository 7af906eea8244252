import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Stores the login in the sandbox, where every program can read it.',
  arguments: [
    sandboxId,
    { name: 'username', description: 'Name.' },
    { name: 'password', description: 'Password or token.' },
  ],
  options: [
    { name: 'host', default: 'github.com', description: 'Host.' },
    { name: 'protocol', default: 'https', description: 'Protocol.' },
  ],
  examples: ['nullspace sandbox git dangerously-authenticate sb_… ada "$TOKEN"'],
  output: 'nothing',
  async run({ values }) {
    const { git } = await openSandbox(values);
    const { username, password, host, protocol } = values;
    await git.dangerouslyAuthenticate(username, password, { host, protocol });
  },
});
