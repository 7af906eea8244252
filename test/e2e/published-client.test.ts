import { globSync } from 'node:fs';
import { describe, test } from 'node:test';
import { repository } from '../harness/artifacts.ts';
import { runPytest } from '../harness/pytest.ts';

const life = ['pause', 'snapshots', 'deadlines', 'events', 'webhooks', 'cli_life'];
const lifeFiles = life.map((name) => `test/published/test_${name}.py`);
const all = globSync('test/published/test_*.py', { cwd: repository }).sort();
const inside = ['pty', 'files_all', 'git'];
const insideFiles = inside.map((name) => `test/published/test_${name}.py`);
const others = all.filter((path) => !lifeFiles.includes(path) && !insideFiles.includes(path));

describe('the published Python client against a real installation', () => {
  test('runs commands, moves files and lists', (context) =>
    runPytest(context, { venv: 'published', paths: others }));

  test('opens terminals, uploads, searches, watches and works with git', (context) =>
    runPytest(context, { venv: 'published', paths: insideFiles }));

  test('pauses, resumes, forks, and follows events', (context) =>
    runPytest(context, { venv: 'published', paths: lifeFiles }));
});
