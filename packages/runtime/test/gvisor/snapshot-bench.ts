import type { Content, SnapshotBench } from '../conformance/snapshots.ts';
import { admitCopy, runInGuest } from '../fixtures/guest.ts';
import { askKeeper, startKeeper } from '../fixtures/keeper.ts';
import { type Machine, openMachine } from '../fixtures/machine.ts';

const FILE = '/root/kept';

/** Guests whose memory is a server's, and whose files have modes, owners and times. */
export async function openSnapshotBench(): Promise<SnapshotBench & { machine: Machine }> {
  const machine = await openMachine();
  return {
    machine,
    engine: machine.engine,
    folder: machine.folder,
    reopen: machine.reopen,
    async request(id) {
      const request = await machine.request(id);
      return { ...request, env: { ...request.env, NULLSPACE_RESTORE_ID: id } };
    },
    async answers(request) {
      await machine.answers(request);
      await runInGuest(request.slot.guestAddress, 'true');
    },
    restored: async ({ id, slot }) => await admitCopy(slot.guestAddress, id),
    async isFrozen({ slot }) {
      return await runInGuest(slot.guestAddress, 'true', AbortSignal.timeout(1500)).then(
        () => false,
        () => true,
      );
    },
    async remember({ slot }, { memory, files }) {
      const address = slot.guestAddress;
      if ((await askKeeper(address, 'tell')) === undefined) await runInGuest(address, startKeeper);
      await askKeeper(address, `keep ${memory}`, 20_000);
      await runInGuest(
        address,
        `echo ${files} > ${FILE}; chown 1000:1001 ${FILE}; chmod 4610 ${FILE}; touch -d @1234567890.5 ${FILE}`,
      );
    },
    async recall({ slot }): Promise<Content> {
      const { output } = await runInGuest(slot.guestAddress, `cat ${FILE}; stat -c '%a %u %g %.Y' ${FILE}`);
      const [files = '', facts = ''] = output.trim().split('\n');
      const memory = await askKeeper(slot.guestAddress, 'tell');
      // A snapshot of files alone rounds their times to seconds.
      const wanted =
        memory === undefined ? /^4610 1000 1001 123456789[01]\.0/ : /^4610 1000 1001 1234567890\.5/;
      if (!wanted.test(facts)) throw new Error(`the file came back as ${facts}`);
      return { memory: memory ?? '', files };
    },
    close: machine.close.bind(machine),
  };
}
