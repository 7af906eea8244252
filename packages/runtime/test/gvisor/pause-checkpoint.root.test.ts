import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createGvisorEngine, type StartRequest } from '../../src/index.ts';
import { openMachine } from '../fixtures/machine.ts';

const SUBCOMMANDS = ['pause', 'checkpoint', 'pause-checkpoint'];

describe('the save of an instance that stays frozen', { timeout: 120_000 }, () => {
  let machine: Awaited<ReturnType<typeof openMachine>>;
  let source: StartRequest;

  before(async () => {
    machine = await openMachine();
    source = await machine.boot('source');
  });
  after(async () => await machine?.close());

  /** Saves with a runsc that runs `shell` first, and returns which subcommands the save took. */
  async function save(name: string, shell: string): Promise<string[]> {
    const runsc = join(machine.folder, name);
    const asked = `${runsc}.asked`;
    const real = machine.engineOptions.runsc;
    await writeFile(runsc, `#!/bin/sh\n${shell}\necho "$@" >> ${asked}\nexec ${real} "$@"\n`, {
      mode: 0o755,
    });
    const engine = createGvisorEngine({ ...machine.engineOptions, runsc });
    const folder = join(machine.folder, `${name}-snapshot`);
    await engine.saveSnapshot('source', folder, { kind: 'memory', afterwards: 'frozen', imageDigest: 'x' });
    await engine.inspectSnapshot(folder, { verify: true });
    await engine.thaw('source');
    await machine.answers(source);
    const commands = (await readFile(asked, 'utf8')).split('\n').filter((line) => line.endsWith(' source'));
    return commands.flatMap((line) => line.split(' ').filter((word) => SUBCOMMANDS.includes(word)));
  }

  it('takes one process', async () => {
    assert.deepEqual(await save('ours', ':'), ['pause-checkpoint']);
  });

  it('takes two with a runsc that cannot do both at once', async () => {
    const refusal = 'case "$*" in *pause-checkpoint*) exit 128;; esac';
    assert.deepEqual(await save('other', refusal), ['pause', 'checkpoint']);
  });
});
