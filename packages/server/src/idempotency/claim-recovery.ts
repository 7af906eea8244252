import type { Logger } from 'pino';
import { isInterrupted, presentForked } from '../snapshots/present-forked.ts';
import { presentSnapshot } from '../snapshots/present-snapshot.ts';
import type { IdempotencyScope, Sandbox, StoredResponse, UnfinishedClaim } from '../store/records.ts';
import type { Snapshot } from '../store/snapshots/snapshot.ts';
import type { Store } from '../store/store.ts';
import { createdResponse, createdSandbox } from './stored-responses.ts';

const nameOf = ({ tenantId, method, path, key }: IdempotencyScope) =>
  JSON.stringify([tenantId, method, path, key]);

/**
 * Finishes the requests that a server left behind when it died, once the host has told how far they came: creates,
 * forks and snapshots.
 */
export class ClaimRecovery {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #bySubject = new Map<string, UnfinishedClaim>();
  readonly #names = new Set<string>();

  constructor(options: { store: Store; log: Logger }) {
    this.#store = options.store;
    this.#log = options.log;
  }

  /** True while it is unknown how the first request with this key ended. */
  isRecovering(scope: IdempotencyScope): boolean {
    return this.#names.has(nameOf(scope));
  }

  /** Takes up what is unfinished. To be called before the server takes requests. */
  async start(): Promise<void> {
    for (const claim of await this.#store.listUnfinishedClaims()) {
      const id = claim.sandboxId;
      // Without a sandbox or snapshot nothing was begun: the next request with the key begins.
      if (id === null) {
        await this.#store.releaseIdempotencyKey(claim);
        continue;
      }
      this.#bySubject.set(id, claim);
      this.#names.add(nameOf(claim));
      const sandbox = await this.#store.findSandbox(id);
      if (sandbox) await this.#settle(sandbox);
      else await this.#settleSnapshot(id, await this.#store.getSnapshot({ tenantId: claim.tenantId, id }));
    }
  }

  /** To be called with every sandbox that is running, paused or has ended. */
  onSettled(sandbox: Sandbox): void {
    if (this.#bySubject.size === 0) return;
    this.#settle(sandbox).catch((error: unknown) => this.#report(error, sandbox.id));
  }

  /** To be called with every snapshot that is there, or not and will not be any more. */
  onSnapshot(id: string, snapshot: Snapshot | undefined): void {
    this.#settleSnapshot(id, snapshot).catch((error: unknown) => this.#report(error, id));
  }

  #report(error: unknown, id: string): void {
    this.#log.error({ err: error, id }, 'an interrupted request was not recovered');
  }

  async #settle(sandbox: Sandbox): Promise<void> {
    const subject = sandbox.forkId ?? sandbox.id;
    if (!this.#bySubject.has(subject) || sandbox.status === 'creating') return;
    if (sandbox.forkId === null) {
      const came = sandbox.status === 'running';
      return this.#finish(subject, came ? createdSandbox(sandbox) : undefined);
    }
    const children = await this.#store.listFork(sandbox.forkId);
    if (children.some(({ status }) => status === 'creating')) return;
    const came = !children.every(isInterrupted);
    await this.#finish(subject, came ? createdResponse({ items: children.map(presentForked) }) : undefined);
  }

  async #settleSnapshot(id: string, snapshot: Snapshot | undefined): Promise<void> {
    if (!this.#bySubject.has(id) || snapshot?.status === 'saving') return;
    await this.#finish(id, snapshot && createdResponse(presentSnapshot(snapshot)));
  }

  /** Stores the answer to replay; without one the key is free for another attempt. */
  async #finish(subject: string, response: StoredResponse | undefined): Promise<void> {
    const claim = this.#bySubject.get(subject);
    if (!claim) return;
    if (response) await this.#store.finishIdempotencyKey(claim, response);
    else await this.#store.releaseIdempotencyKey(claim);
    this.#bySubject.delete(subject);
    this.#names.delete(nameOf(claim));
    this.#log.info({ id: subject, finished: response !== undefined }, 'recovered an interrupted request');
  }
}
