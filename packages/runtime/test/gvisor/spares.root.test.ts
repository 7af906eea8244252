import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../../../test/harness/until.ts';
import { findCommands } from '../../src/gvisor/find-commands.ts';
import { Spares } from '../../src/gvisor/spares.ts';
import { createGvisorEngine, type Engine } from '../../src/index.ts';
import { listOpenFiles } from '../../src/processes/open-files.ts';
import { openMachine } from '../fixtures/machine.ts';

describe('a runsc that was started ahead', { timeout: 240_000 }, () => {
  let machine: Awaited<ReturnType<typeof openMachine>>;
  const engines: Engine[] = [];

  before(async () => {
    machine = await openMachine();
  });
  after(async () => {
    for (const engine of engines) await engine.close();
    await machine?.close();
  });

  /** An engine with one spare, and a file that has a line for each process of runsc that our process started. */
  async function openEngine(name: string): Promise<{ engine: Engine; asked: () => Promise<string[]> }> {
    const runsc = join(machine.folder, name);
    const script = `#!/bin/sh\necho "$@" >> ${runsc}.asked\nexec ${machine.engineOptions.runsc} "$@"\n`;
    await writeFile(runsc, script, { mode: 0o755 });
    const engine = createGvisorEngine({ ...machine.engineOptions, runsc, spares: 1 });
    engines.push(engine);
    engine.open();
    const asked = async () =>
      (await readFile(`${runsc}.asked`, 'utf8').catch(() => '')).split('\n').map((line) => line.trim());
    return { engine, asked };
  }

  const count = (lines: string[], line: string) => lines.filter((asked) => asked === line).length;

  it('starts, saves and restores', async () => {
    const { engine, asked } = await openEngine('whole');
    const waits = async (times: number) =>
      await until(async () => count(await asked(), 'await') === times, `spare number ${times}`);
    await waits(1);
    const source = await machine.request('source');
    await engine.start(source);
    await machine.answers(source);
    await waits(2);
    const snapshot = join(machine.folder, 'snapshot');
    await engine.saveSnapshot('source', snapshot, { kind: 'memory', afterwards: 'frozen', imageDigest: 'x' });
    await engine.kill('source');
    await waits(3);
    const copy = await machine.request('copy');
    await engine.restore({ ...copy, snapshot, imageDigest: 'x' });
    await machine.answers(copy);
    await waits(4);
    const lines = await asked();
    assert.deepEqual(
      lines.filter((line) => /source|copy/.test(line)),
      [],
    );
    await engine.kill('copy');
  });

  it('reports why a command failed', async () => {
    const { engine, asked } = await openEngine('failing');
    await until(async () => count(await asked(), 'await') === 1, 'a spare');
    const request = await machine.request('failing-guest');
    const slot = { ...request.slot, namespace: 'no-such-namespace' };
    await assert.rejects(
      engine.start({ ...request, id: 'failing', slot }),
      /runsc run of failing failed with status 128: .*no-such-namespace/,
    );
  });

  it('leaves a guest with the open files of one that was not', async () => {
    const { engine, asked } = await openEngine('files');
    const plain = await machine.boot('plain');
    await until(async () => count(await asked(), 'await') === 1, 'a spare');
    const ahead = await machine.request('ahead');
    await engine.start(ahead);
    await machine.answers(ahead);
    const filesOf = async (id: string) => {
      const found = await findCommands({ root: join(machine.engineOptions.stateFolder, 'runsc') });
      const own = found.filter(({ words }) => words.includes(id));
      return own
        .map(({ pid }) => listOpenFiles(pid).filter(({ target }) => target.startsWith('socket:')).length)
        .sort();
    };
    const plainFiles = await filesOf('plain');
    assert.ok(plainFiles.length > 1);
    assert.deepEqual(await filesOf('ahead'), plainFiles);
    await engine.kill(plain.id);
    await engine.kill(ahead.id);
  });

  it('waits with room for the descriptors of the sandbox that it will start', async () => {
    const spares = new Spares({ runsc: machine.engineOptions.runsc, count: 1, canAwait: async () => true });
    try {
      spares.open();
      // Who is started by a process that holds this one need not wait for the kernel before it can have it.
      await until(async () => {
        for (const pid of await childNumbersOf(process.pid))
          if ((await commandLine(pid)).includes('\0await\0'))
            return (await readdir(`/proc/${pid}/fd`).catch((): string[] => [])).includes('255');
        return false;
      }, 'its descriptor 255');
    } finally {
      await spares.close();
    }
  });

  it('is found by the words that it was given', async () => {
    const { runsc } = machine.engineOptions;
    const spares = new Spares({ runsc, count: 1, canAwait: async () => true });
    const abort = new AbortController();
    try {
      spares.open();
      await until(
        async () => (await childrenOf(process.pid)).some((line) => line.includes('\0await\0')),
        'a spare',
      );
      const guest = await machine.boot('awaited');
      const root = `--root=${join(machine.engineOptions.stateFolder, 'runsc')}`;
      const words = [root, 'wait', guest.id];
      const running = spares.run(words, { timeoutMs: 60_000, signal: abort.signal });
      const shown = [runsc, ...words, ''].join('\0');
      await until(
        async () => (await childrenOf(process.pid)).some((line) => line.replace(/\0+$/, '\0') === shown),
        'its words',
      );
      abort.abort();
      assert.deepEqual(await running, { status: null, killedBy: 'SIGKILL' });
      await machine.engine.kill(guest.id);
    } finally {
      abort.abort();
      await spares.close();
    }
  });

  it('ends with the process that started it, however that ends', async () => {
    const options = JSON.stringify({ ...machine.engineOptions, spares: 1 });
    const opener = spawn(
      process.execPath,
      [fileURLToPath(new URL('../fixtures/opener.ts', import.meta.url)), options],
      {
        stdio: 'inherit',
      },
    );
    let spare: string | undefined;
    try {
      await until(async () => {
        spare = (await childNumbersOf(opener.pid!)).at(0);
        return spare !== undefined && (await commandLine(spare)).includes('\0await\0');
      }, 'a spare');
    } finally {
      opener.kill('SIGKILL');
    }
    await once(opener, 'exit');
    await until(async () => (await commandLine(spare!)) === '', 'the end of the spare');
  });
});

async function childNumbersOf(pid: number): Promise<string[]> {
  const children: string[] = [];
  for (const task of await readdir(`/proc/${pid}/task`).catch(() => []))
    children.push(
      ...(await readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')).split(' '),
    );
  return children.filter((child) => child !== '');
}

async function childrenOf(pid: number): Promise<string[]> {
  return await Promise.all((await childNumbersOf(pid)).map(commandLine));
}

async function commandLine(pid: string): Promise<string> {
  return await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
