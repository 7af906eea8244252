import type { host } from '@nullspace/proto';
import { connectGuest, type GuestConnection } from '../guests/connect-guest.ts';

/** An instance that the host reports as creating or running. */
export class LiveInstance {
  readonly sandboxId: string;
  readonly instanceId: string;
  /** Tenant of its sandbox, once somebody looked it up. */
  tenantId: string | undefined;
  /** Account of commands that name none; empty: root. */
  defaultUser = '';
  /** It has ended or is paused, and that is being recorded: calls that come now read it from the record. */
  isOver = false;
  #instance: host.Instance;
  /** Revision with which its record says that it runs. */
  #recorded: bigint | undefined;
  readonly #ended = new AbortController();
  #guest: GuestConnection | undefined;

  constructor(instance: host.Instance) {
    this.sandboxId = instance.sandboxId;
    this.instanceId = instance.instanceId;
    this.#instance = instance;
  }

  get instance(): host.Instance {
    return this.#instance;
  }

  /** Takes over what the host says, unless it is older than what is known: answers and events overtake each other. */
  update(instance: host.Instance): void {
    if (instance.revision >= this.#instance.revision) this.#instance = instance;
  }

  /** Notes that the record says of the sandbox what the host said. */
  noteRecorded({ revision }: host.Instance): void {
    if (revision > (this.#recorded ?? 0n)) this.#recorded = revision;
  }

  /** Whether its record says all that this news of the host does. */
  isRecorded({ instanceId, revision }: host.Instance): boolean {
    return instanceId === this.instanceId && this.#recorded !== undefined && revision <= this.#recorded;
  }

  /** Aborted when the instance has ended: calls to its guest must not outlive it. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Calls to its agent. The connection is made by the first one. */
  get guest(): GuestConnection {
    this.#guest ??= connectGuest({
      address: this.#instance.agentAddress,
      token: this.#instance.agentToken,
    });
    return this.#guest;
  }

  /** Breaks off all calls to the guest and closes its connections. */
  end(): void {
    this.#ended.abort();
    this.#guest?.close();
  }
}
