import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, mkdtempSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { startInstallation } from '../harness/installation.ts';
import { extractSnippets } from './extract-snippets.ts';
import { composeProgram, splitOutput, matchesOutput } from './compose-program.ts';
const hooks: (() => Promise<void>)[] = [];
try {
  const i = await startInstallation({ after: (h) => void hooks.push(h) });
  console.log('up', i.url, new Date().toISOString());
  const venv = execFileSync('python/venv', ['sdk'], { encoding: 'utf8' }).trim().split('\n').at(-1)!;
  const bin = mkdtempSync('/tmp/nsbin-');
  symlinkSync(join(process.cwd(), 'packages/cli/bin/nullspace.ts'), join(bin, 'nullspace'));
  const env = { ...process.env, ...i.clientEnv(), PATH: `${bin}:${process.env.PATH}` };
  for (const name of ['quickstart', 'sandboxes']) {
    const s = extractSnippets(readFileSync(`docs/${name}.md`, 'utf8'));
    for (const [language, cmd, args] of [['bash', 'bash', ['-c']], ['python', join(venv, 'bin/python'), ['-c']], ['ts', process.execPath, ['--input-type=module-typescript', '-e']]] as const) {
      const r = spawnSync(cmd, [...args, composeProgram(s, language)], { env, cwd: 'test', encoding: 'utf8', timeout: 120_000 });
      console.log('==', name, language, r.status, r.stderr);
      const out = splitOutput(r.stdout);
      for (const b of s.filter((b) => b.language === language)) {
        const o = out.get(b.name);
        console.log('--', b.name, o === undefined ? 'NOT REACHED' : b.expected ? matchesOutput(o, b.expected) : '', b.expected && o && matchesOutput(o, b.expected) ? '' : o);
      }
    }
  }
} finally {
  for (const h of hooks.reverse()) await h();
}
