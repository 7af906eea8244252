// Creates a sandbox, runs a command in it and kills it: first-sandbox.ts <output of "up --json"> <key file>
import { readFileSync } from 'node:fs';
import { Sandbox } from 'nullspace';

const [upFile, keyFile] = process.argv.slice(2) as [string, string];
const { url: baseUrl } = JSON.parse(readFileSync(upFile, 'utf8')) as { url: string };
const { api_key: apiKey } = JSON.parse(readFileSync(keyFile, 'utf8')) as { api_key: string };

let mark = performance.now();
const lap = () => {
  const before = mark;
  mark = performance.now();
  return `${Math.round(mark - before)} ms`;
};

const sandbox = await Sandbox.create({ template: 'base', timeout: 60, baseUrl, apiKey });
const created = lap();
try {
  const { stdout, exitCode, stderr } = await sandbox.commands.run('echo ready', { shell: true });
  if (exitCode !== 0 || stdout.trim() !== 'ready') {
    throw new Error(`The command ended with ${exitCode} and said ${JSON.stringify(stdout + stderr)}.`);
  }
} finally {
  const ran = lap();
  await sandbox.kill();
  console.log(`created in ${created}, command in ${ran}, killed in ${lap()}`);
}
