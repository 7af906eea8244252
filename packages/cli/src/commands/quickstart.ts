import { existsSync, writeFileSync } from 'node:fs';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors/cli-error.ts';
import { waitForEnter } from '../input/enter.ts';

export const command = defineCommand({
  help: 'Creates a sandbox, runs a command, writes and reads a file, serves a port inside, and cleans up.',
  options: [
    { name: 'template', description: 'Template of the sandbox.', default: 'base' },
    { name: 'timeout', type: 'integer', minimum: 1, default: 300, description: 'Time to live in seconds.' },
    {
      name: 'port',
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 8080,
      description: 'Port to serve.',
    },
    { name: 'write', description: 'Only write the walk as a script to this file.' },
    { name: 'force', type: 'flag', description: 'Overwrite that file.' },
    { name: 'wait', type: 'flag', negatable: true, default: true, description: 'Wait for Enter at the end.' },
  ],
  examples: ['nullspace quickstart', 'nullspace quickstart --write first.mjs'],
  output: 'progress lines',
  async run({ values, terminal }) {
    if (values.write) return writeScript(values.write, values as never, terminal.print);
    const { Sandbox } = await import('nullspace');
    const began = performance.now();
    const say = (text: string) => terminal.print(`${seconds(began)}  ${text}`);
    await using sandbox = await Sandbox.create({ template: values.template, timeout: values.timeout });
    say(`created ${sandbox.id}`);
    const { stdout } = await sandbox.commands.run('echo "hello from $(uname -s) with $(nproc) CPUs"', {
      shell: true,
    });
    say(`a command says: ${stdout.trim()}`);
    await sandbox.files.write('/workspace/greeting.txt', 'written from outside\n');
    say(`a file holds: ${(await sandbox.files.read('/workspace/greeting.txt')).trim()}`);
    const { pid } = await sandbox.commands.run('python3', {
      args: ['-m', 'http.server', String(values.port), '--directory', '/workspace'],
      background: true,
    });
    const fetched = await sandbox.commands.run(
      `for try in $(seq 50); do curl -sf http://127.0.0.1:${values.port}/greeting.txt && exit; sleep 0.2; done; exit 1`,
      { shell: true },
    );
    say(`process ${pid} serves port ${values.port} inside: ${fetched.stdout.trim()}`);
    if (values.wait !== false && process.stdin.isTTY) await waitForEnter('Press Enter to clean up. ');
    await sandbox.kill();
    say('killed, nothing is left');
  },
});

function writeScript(
  file: string,
  values: { template: string; timeout: number; force?: boolean },
  print: (line: string) => void,
): void {
  if (existsSync(file) && !values.force) {
    throw new CliError(`${file} exists.`, {
      code: 'conflict',
      suggestedAction: 'Add --force to overwrite it.',
    });
  }
  writeFileSync(
    file,
    `import { Sandbox } from 'nullspace';

await using sandbox = await Sandbox.create({ template: ${JSON.stringify(values.template)}, timeout: ${values.timeout} });
const { stdout } = await sandbox.commands.run('echo hello; nproc', { shell: true });
console.log(stdout);
await sandbox.files.write('/workspace/greeting.txt', 'written from outside\\n');
console.log(await sandbox.files.read('/workspace/greeting.txt'));
`,
  );
  print(`Script written to ${file}`);
}

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(2).padStart(6)} s`;
