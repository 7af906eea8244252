import { HostError } from '../errors.ts';

/** What one instance takes of the machine. */
export interface Share {
  vcpus: number;
  memoryMb: number;
}

export interface ReservationLimits {
  instances: number;
  vcpus: number;
  memoryMb: number;
}

/** Sums what the instances on the machine have reserved. */
export class Reservations {
  readonly limits: ReservationLimits;
  readonly #shares = new Map<string, Share>();
  readonly #waiting = new Set<() => void>();

  constructor(limits: ReservationLimits) {
    this.limits = limits;
  }

  get used(): { instances: number; vcpus: number; memoryMb: number } {
    let vcpus = 0;
    let memoryMb = 0;
    for (const share of this.#shares.values()) {
      vcpus += share.vcpus;
      memoryMb += share.memoryMb;
    }
    return { instances: this.#shares.size, vcpus, memoryMb };
  }

  /** Whether a share would fit if these were not there. */
  fits(share: Share, { without }: { without: ReadonlySet<string> }): boolean {
    const { limits } = this;
    let { instances, vcpus, memoryMb } = this.used;
    for (const id of without) {
      const gone = this.#shares.get(id);
      if (!gone) continue;
      instances -= 1;
      vcpus -= gone.vcpus;
      memoryMb -= gone.memoryMb;
    }
    return (
      instances + 1 <= limits.instances &&
      vcpus + share.vcpus <= limits.vcpus &&
      memoryMb + share.memoryMb <= limits.memoryMb
    );
  }

  /** @throws {HostError} `capacity_exceeded`, naming what does not fit. */
  check(share: Share): void {
    const { used, limits } = this;
    const refuse = (field: string, message: string): never => {
      throw new HostError('capacity_exceeded', `${message}; end other sandboxes or add a host`, { field });
    };
    if (used.instances + 1 > limits.instances) {
      refuse('max_instances', `all ${limits.instances} instances of this host are in use`);
    }
    if (used.memoryMb + share.memoryMb > limits.memoryMb) {
      const free = Math.max(0, limits.memoryMb - used.memoryMb);
      refuse('memory_mb', `memory_mb ${share.memoryMb} is over the ${free} MB that this host has left`);
    }
    if (used.vcpus + share.vcpus > limits.vcpus) {
      const free = Math.max(0, limits.vcpus - used.vcpus);
      refuse('vcpus', `vcpus ${share.vcpus} is over the ${free} that this host has left`);
    }
  }

  /** Takes a share whether it fits or not: what runs already counts. */
  take(id: string, share: Share): void {
    this.#shares.set(id, share);
  }

  /** Gives a share back. May be repeated. */
  release(id: string): void {
    if (!this.#shares.delete(id)) return;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next release, or after `ms`. */
  nextRelease(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#waiting.add(end);
    });
  }
}
