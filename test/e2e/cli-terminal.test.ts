import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { LocalTerminal } from '../harness/local-terminal.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('a terminal of the command line', () => {
  let installation: Installation;
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
    context.after(() => sandbox.kill());
  });

  /** A shell of this machine in a terminal of its own, in which the command is typed. */
  function terminal(line: string, end: { after(hook: () => void): void }): LocalTerminal {
    const local = new LocalTerminal(installation.clientEnv());
    end.after(() => local.close());
    local.type(`nullspace ${line}\n`);
    return local;
  }

  test('is a shell that has the size of the window and follows it', async (end) => {
    const local = terminal(`sandbox connect ${sandbox.id}`, end);
    await local.shows(/workspace# $/m);
    local.type('stty size; tty\n');
    await local.shows(/^24 80$/m);
    await local.shows(/^\/dev\/pts\/\d+$/m);
    local.resize(100, 30);
    await until(async () => {
      const [session] = await sandbox.pty.list();
      return session?.cols === 100 && session.rows === 30;
    }, 'the new size');
    local.type('clear; stty size\n');
    await local.shows(/^30 100$/m);
    local.type('exit 7\n');
    await local.shows(/local\$ $/m);
    local.type('echo code $?\n');
    await local.shows(/^code 7$/m);
  });

  test('passes Ctrl-C on, and gives the local terminal back as it was', async (end) => {
    const local = terminal(`sandbox connect ${sandbox.id}`, end);
    await local.shows(/workspace# $/m);
    local.type('sleep 1000\n');
    await until(async () => (await running('sleep 1000')) === 1, 'sleep');
    local.press('C-c');
    await until(async () => (await running('sleep 1000')) === 0, 'the end of sleep');
    local.type('echo still-$((40 + 2))\n');
    await local.shows(/^still-42$/m);
    local.type('exit\n');
    await local.shows(/local\$ $/m);
    local.type('clear; stty -a | tr ";" "\\n" | grep -ow -e "-\\?icanon" -e "-\\?echo"\n');
    await local.shows(/^icanon$/m);
    await local.shows(/^echo$/m);
  });

  test('is given back also when the command line is told to end', async (end) => {
    const local = terminal(`sandbox connect ${sandbox.id}`, end);
    await local.shows(/workspace# $/m);
    local.type('printf "\\033[?1049h\\033[?25l"; echo inside-$((40 + 2))\n');
    await local.shows(/inside-42/);
    local.killProgram('sandbox connect');
    await local.shows(/local\$ $/m);
    assert.equal(local.cursorIsHidden(), false);
    assert.equal(local.isAlternate(), false);
    local.type('clear; stty -a | tr ";" "\\n" | grep -ow -e "-\\?icanon"\n');
    await local.shows(/^icanon$/m);
    for (const { sessionId } of await sandbox.pty.list()) await sandbox.pty.kill(sessionId);
  });

  test('is left with ~. and taken up again, with what it showed', async (end) => {
    const local = terminal(`sandbox connect ${sandbox.id}`, end);
    await local.shows(/workspace# $/m);
    local.type('kept=$((40 + 2)); echo before-$kept\n');
    await local.shows(/^before-42$/m);
    local.type('~.');
    await local.shows(/runs on: nullspace sandbox pty connect/);
    const [session] = await sandbox.pty.list();
    local.type(`clear; nullspace sandbox pty connect ${sandbox.id} --session-id ${session!.sessionId}\n`);
    await local.shows(/^before-42$/m);
    local.type('echo after-$kept\n');
    await local.shows(/^after-42$/m);
    local.type('exit\n');
    await local.shows(/local\$ $/m);
    assert.deepEqual(await sandbox.pty.list(), []);
  });

  test('carries programs that take the whole screen', async (end) => {
    const local = terminal(`sandbox connect ${sandbox.id}`, end);
    await local.shows(/workspace# $/m);
    local.type('python3 -q\n');
    await local.shows(/>>> $/m);
    local.type('6 * 7\n');
    await local.shows(/^42$/m);
    local.press('C-d');
    await local.shows(/workspace# $/m);
    local.type('top -d 60\n');
    await local.shows(/^top - /m);
    await local.shows(/PID +USER/);
    local.type('q');
    await local.shows(/workspace# $/m);
    local.type('exit\n');
    await local.shows(/local\$ $/m);
  });

  test('takes piped input, and ends with the exit code', () => {
    const session = execFileSync('nullspace', ['sandbox', 'pty', 'create', sandbox.id], options());
    const { session_id: id } = JSON.parse(session);
    const line = `printf 'stty -echo; echo $((40 + 2))\\nexit 5\\n' | nullspace sandbox pty connect ${sandbox.id} --session-id ${id}; echo code $?`;
    const output = execFileSync('sh', ['-c', line], options());
    assert.match(output, /^42\r?$/m);
    assert.match(output, /code 5/);
  });

  async function running(command: string): Promise<number> {
    const { stdout } = await sandbox.commands.run(`ps -eo args | grep -cx '${command}'`, { shell: true });
    return Number(stdout);
  }

  function options() {
    const env = { ...process.env, ...installation.clientEnv(), PATH: LocalTerminal.path() };
    return { encoding: 'utf8', env } as const;
  }
});
