import { defineCommand } from '../../../command.ts';
import { readPairs } from '../../../input/pairs.ts';
import { openSandbox } from '../open.ts';
import { sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'The session runs on after the command; "sandbox pty connect" attaches to it.',
  arguments: [sandboxId],
  options: [
    { name: 'id', description: 'Name of this request; has no effect.' },
    { name: 'cols', type: 'integer', minimum: 1, default: 120, description: 'Columns.' },
    { name: 'rows', type: 'integer', minimum: 1, default: 30, description: 'Rows.' },
    { name: 'cwd', description: 'Working directory.' },
    { name: 'env', multiple: true, description: 'Environment variable KEY=VALUE.' },
  ],
  examples: ['nullspace sandbox pty create sb_… --cols 80 --rows 24'],
  output: 'json: {session_id, pid, cols, rows}',
  async run({ values, terminal }) {
    const envs = readPairs(values.env, '--env');
    const sandbox = await openSandbox(values);
    const { cols, rows, cwd } = values;
    const session = await sandbox.pty.create({ cols, rows, cwd, envs });
    session.disconnect();
    terminal.printJson({ session_id: session.id, pid: session.pid, cols: session.cols, rows: session.rows });
  },
});
