import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { repository } from '../harness/artifacts.ts';
import { startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { composeProgram, matchesOutput, splitOutput } from './compose-program.ts';
import { extractSnippets, type Language, languages } from './extract-snippets.ts';

const pages = [
  'quickstart',
  'sandboxes',
  'lifecycle',
  'snapshots',
  'events',
  'previews',
  'ssh',
  'egress',
  'commands',
  'terminal',
  'files',
  'uploads',
  'templates',
  'dockerfile',
  'warm-pools',
];
const deadlineMs = 300_000;

/** How a program in each language is started; it is the last argument. */
const interpreters: Record<Language, () => [string, ...string[]]> = {
  bash: () => ['bash', '-c'],
  python: () => [join(pythonEnvironment(), 'bin/python'), '-c'],
  // Modules given as text resolve from the current directory, which is inside the workspace.
  ts: () => [process.execPath, '--input-type=module-typescript', '--eval'],
};

describe('every snippet of the documentation', () => {
  let env: NodeJS.ProcessEnv;
  const context = suite();
  before(async () => {
    const installation = await startInstallation(context, {
      // Receivers of webhooks run beside the server here.
      settings: { webhook_allow_ranges: '127.0.0.0/8' },
    });
    const bin = join(installation.dataDir, 'bin');
    mkdirSync(bin);
    symlinkSync(join(repository, 'packages/cli/bin/nullspace.js'), join(bin, 'nullspace'));
    const node = join(process.execPath, '..');
    // What a snippet keeps for its user goes with the installation.
    const home = join(installation.dataDir, 'home');
    mkdirSync(home);
    env = {
      ...process.env,
      ...installation.clientEnv(),
      HOME: home,
      PATH: [bin, node, process.env.PATH].join(delimiter),
      PYTHONPATH: join(repository, 'python/src'),
    };
  });

  for (const page of pages) {
    const snippets = extractSnippets(readFileSync(join(repository, 'docs', `${page}.md`), 'utf8'));
    for (const language of languages) {
      test(`${page} in ${language}`, async () => {
        const own = snippets.filter((snippet) => snippet.language === language);
        const { failure, stdout, stderr } = await execute(composeProgram(snippets, language), language, env);
        const outputs = splitOutput(stdout);
        const reached = own.findLast((snippet) => outputs.has(snippet.name));
        const where = `docs/${page}.md:${reached?.line ?? 1}`;
        assert.equal(failure, undefined, `${where} failed (${failure})\n${stdout}\n${stderr}`);
        for (const { name, line, expected } of own) {
          const output = outputs.get(name);
          assert.ok(output !== undefined, `docs/${page}.md:${line} did not run`);
          if (expected === undefined) continue;
          assert.ok(matchesOutput(output, expected), `docs/${page}.md:${line} printed\n${output}`);
        }
      });
    }
  }
});

interface Execution {
  failure: string | undefined;
  stdout: string;
  stderr: string;
}

function execute(program: string, language: Language, env: NodeJS.ProcessEnv): Promise<Execution> {
  const [file, ...args] = interpreters[language]();
  const options = { env, cwd: join(repository, 'test'), timeout: deadlineMs };
  return new Promise((resolve) => {
    execFile(file, [...args, program], options, (error, stdout, stderr) => {
      const failure = error ? (error.signal ?? `exit code ${error.code}`) : undefined;
      resolve({ failure, stdout, stderr });
    });
  });
}

function pythonEnvironment(): string {
  const output = execFileSync(join(repository, 'python/venv'), ['sdk'], { encoding: 'utf8' });
  return output.trim().split('\n').at(-1)!;
}
