import type { Logger } from 'pino';
import { presentSandbox } from '../sandboxes/present-sandbox.ts';
import type { IdempotencyScope, Sandbox, StoredResponse, UnfinishedClaim } from '../store/records.ts';
import type { Store } from '../store/store.ts';

const nameOf = ({ tenantId, method, path, key }: IdempotencyScope) =>
  JSON.stringify([tenantId, method, path, key]);

/** The answer of a create, as it is stored and replayed. */
export function createdResponse(sandbox: Sandbox): StoredResponse {
  return {
    statusCode: 201,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(presentSandbox(sandbox)),
  };
}

/** Finishes the creates that a server left behind when it died, once the host has told how far they came. */
export class ClaimRecovery {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #bySandbox = new Map<string, UnfinishedClaim>();
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
      // Without a sandbox nothing was begun: the next request with the key begins.
      if (claim.sandboxId === null) {
        await this.#store.releaseIdempotencyKey(claim);
        continue;
      }
      this.#bySandbox.set(claim.sandboxId, claim);
      this.#names.add(nameOf(claim));
      const sandbox = await this.#store.findSandbox(claim.sandboxId);
      if (sandbox?.status !== 'creating') await this.#finish(claim, sandbox);
    }
  }

  /** To be called with every sandbox that is running or has ended. */
  onSettled(sandbox: Sandbox): void {
    const claim = this.#bySandbox.get(sandbox.id);
    if (!claim) return;
    this.#finish(claim, sandbox).catch((error: unknown) => {
      this.#log.error({ err: error, sandbox_id: sandbox.id }, 'an interrupted create was not recovered');
    });
  }

  async #finish(claim: UnfinishedClaim, sandbox: Sandbox | undefined): Promise<void> {
    if (sandbox?.status === 'running')
      await this.#store.finishIdempotencyKey(claim, createdResponse(sandbox));
    else await this.#store.releaseIdempotencyKey(claim);
    if (claim.sandboxId !== null) this.#bySandbox.delete(claim.sandboxId);
    this.#names.delete(nameOf(claim));
    this.#log.info(
      { sandbox_id: claim.sandboxId, status: sandbox?.status },
      'recovered an interrupted create',
    );
  }
}
