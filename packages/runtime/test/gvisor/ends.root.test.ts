import assert from 'node:assert/strict';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { listFolders } from '../../src/cgroups/files.ts';
import { runInGuest } from '../fixtures/guest.ts';
import { type Machine, openMachine } from '../fixtures/machine.ts';

describe('ends of instances', { timeout: 180_000 }, () => {
  let machine: Machine;
  before(async () => {
    machine = await openMachine();
  });
  after(async () => await machine?.close());

  it('says that the kernel ended an instance which used up its memory', async () => {
    const { slot } = await machine.boot('hog');
    const ended = machine.engine.wait('hog');
    // Nobody answers once the guest is gone.
    const hangUp = new AbortController();
    const script = 'python3 -c \'x = b"x" * (1 << 30); print(len(x))\'';
    runInGuest(slot.guestAddress, script, hangUp.signal).catch(() => {});
    assert.equal((await ended).cause, 'out_of_memory');
    hangUp.abort();
    await machine.engine.kill('hog');
    await machine.network.release(slot);
  });

  it('leaves no process, group, mount, namespace, interface or file behind', async () => {
    const { engine, network, folder, installation } = machine;
    // Connections to guests that are gone are the test's own and close in their own time.
    const descriptors = async () => {
      const names = await readdir('/proc/self/fd');
      const targets = await Promise.all(
        names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
      );
      return targets.filter((target) => target !== '' && !target.startsWith('socket:')).length;
    };
    let baseline = 0;
    for (let round = 0; round < 4; round++) {
      const ids = ['x', 'y', 'z'].map((name) => `${name}${round}`);
      const requests = await Promise.all(ids.map((id) => machine.boot(id)));
      await Promise.all(ids.map((id) => engine.kill(id)));
      await Promise.all(requests.map(({ slot }) => network.release(slot)));
      for (const { slot } of requests) {
        assert.ok(!(await readdir('/run/netns')).includes(slot.namespace));
        assert.ok(!(await readdir('/sys/class/net')).includes(slot.namespace));
      }
      for (const { folder: own } of requests) assert.deepEqual(await readdir(own), []);
      if (round === 0) baseline = await descriptors();
    }
    for (const controller of listFolders('/sys/fs/cgroup')) {
      assert.deepEqual(listFolders(`/sys/fs/cgroup/${controller}/nullspace-${installation}`), []);
    }
    assert.deepEqual(listFolders(`/sys/fs/cgroup/nullspace-${installation}`), []);
    assert.deepEqual(await findProcesses(folder), []);
    assert.deepEqual(await readdir(`${folder}/engine/instances`), []);
    const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
    assert.deepEqual(
      mounts.filter((mount) => /\/(x|y|z)\d\//.test(mount) && mount.includes(folder)),
      [],
    );
    assert.ok((await descriptors()) <= baseline + 5);
  });

  it('removes what a start left that was cut off before its sandbox was recorded', async () => {
    const { engine, folder } = machine;
    await machine.boot('cut');
    // As after a kill of our process in the middle of the start.
    const file = `${folder}/engine/instances/cut.json`;
    const record = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ id: record.id, folder: record.folder }));
    const later = machine.reopen();
    assert.deepEqual(await later.list(), [{ id: 'cut', running: false }]);
    await later.clean(new Set());
    assert.deepEqual(await engine.list(), []);
    assert.deepEqual(await findProcesses(folder), []);
  });
});

/** Command lines of all processes that name the folder. */
async function findProcesses(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(folder)) found.push(command);
  }
  return found;
}
