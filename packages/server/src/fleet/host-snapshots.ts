import { Code, ConnectError } from '@connectrpc/connect';
import type { HostClient } from '@nullspace/host';
import type { host } from '@nullspace/proto';
import type { Logger } from 'pino';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { Snapshot } from '../store/snapshots/snapshot.ts';
import type { Store } from '../store/store.ts';
import { isHostAway } from './call-host.ts';

/** Brings the records of snapshots in step with what the host has, at the start of each connection. */
export class HostSnapshots {
  readonly #store: Store;
  readonly #client: HostClient;
  readonly #log: Logger;
  /** Snapshots whose making runs in this process: their records are its business. */
  readonly saving = new Set<string>();
  /** Has the host make a snapshot that a server asked for before it died. */
  saveAgain: (snapshot: Snapshot) => Promise<Snapshot> = async (snapshot) => snapshot;
  /** Called with every interrupted snapshot that is there now, or will never be. */
  onSettled: (id: string, snapshot: Snapshot | undefined) => void = () => undefined;

  constructor(options: { store: Store; client: HostClient; log: Logger }) {
    this.#store = options.store;
    this.#client = options.client;
    this.#log = options.log;
  }

  async reconcile(): Promise<void> {
    const found = await this.#list();
    if (!found) return;
    const onHost = new Map(found.map((snapshot) => [snapshot.snapshotId, snapshot]));
    const stored = await this.#store.listStoredSnapshots();
    for (const snapshot of stored) await this.#compare(snapshot, onHost.get(snapshot.id));
    const known = await this.#store.listTemplateSnapshots();
    for (const { id } of stored) known.add(id);
    for (const snapshot of found) {
      if (known.has(snapshot.snapshotId)) continue;
      await this.#dropUnknown(snapshot).catch((error: unknown) => {
        if (isHostAway(error)) throw error;
        // Tried again at the next connection; one that cannot be deleted must not keep the server from the others.
        this.#log.error({ snapshot_id: snapshot.snapshotId, err: error }, 'a snapshot was not deleted');
      });
    }
  }

  // Read before the records: what a record has named since then is not missing.
  async #list(): Promise<host.Snapshot[] | undefined> {
    try {
      return (await this.#client.listSnapshots({})).snapshots;
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.Unimplemented) return undefined;
      throw error;
    }
  }

  async #compare(snapshot: Snapshot, found: host.Snapshot | undefined): Promise<void> {
    if (snapshot.status === 'saving') {
      if (!this.saving.has(snapshot.id)) void this.#takeUp(snapshot);
    } else if (!found) {
      await this.#endLost(snapshot);
    } else if (found.corruptFile) {
      await this.#store.markSnapshotCorrupt(snapshot.id, found.corruptFile);
    }
  }

  /** Makes a snapshot whose server died; the host answers with the same one when it has made it. */
  async #takeUp(snapshot: Snapshot): Promise<void> {
    const { id } = snapshot;
    this.saving.add(id);
    try {
      this.onSettled(id, await this.saveAgain(snapshot));
    } catch (error) {
      const failure = { code: 'snapshot_failed', message: 'The server was interrupted while it was saved.' };
      await this.#store
        .dropSnapshot(id, { ...failure, actor: 'reconcile' })
        .catch((cause: unknown) =>
          this.#log.error({ snapshot_id: id, err: cause }, 'a snapshot stays unsettled'),
        );
      this.onSettled(id, undefined);
      this.#log.warn({ snapshot_id: id, err: error }, 'an interrupted snapshot was given up');
    } finally {
      this.saving.delete(id);
    }
  }

  async #endLost({ id, createdVia, sandboxId, tenantId, metadata }: Snapshot): Promise<void> {
    this.#log.warn({ snapshot_id: id }, 'the host does not know a snapshot');
    const message = 'The host no longer has the snapshot.';
    if (createdVia === 'hibernate') {
      const change = { status: 'error', reason: 'host_lost', message, endedAt: Date.now() } as const;
      await this.#store.updateSandbox(sandboxId, { ...change, actor: 'reconcile' });
      return;
    }
    if (!(await this.#store.deleteSnapshot(id))) return;
    const about = { tenantId, sandboxId, snapshotId: id, metadata };
    const event = { operation: 'reconcile', status: 'succeeded', actor: 'reconcile' } as const;
    await this.#store.recordEvent({ ...about, ...event, reason: 'host_lost', errorMessage: message });
  }

  /** Frees the disk of one that no record names; the pause of a sandbox may be on its way to its record. */
  async #dropUnknown({ snapshotId, sandboxId }: host.Snapshot): Promise<void> {
    const isPause = pauseSnapshotId(sandboxId) === snapshotId;
    const source = isPause ? await this.#store.findSandbox(sandboxId) : undefined;
    if (source && source.status !== 'destroyed' && source.status !== 'error') return;
    this.#log.warn({ snapshot_id: snapshotId }, 'deleting a snapshot without a record');
    await this.#client.deleteSnapshot({ snapshotId });
  }
}
