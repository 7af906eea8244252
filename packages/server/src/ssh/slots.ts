/** A bound on what goes on at the same time. */
export class Slots {
  readonly #most: number;
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs `act` in a slot, or `refuse` when none is left. */
  async use(refuse: () => void, act: () => Promise<void>): Promise<void> {
    if (this.#used >= this.#most) return refuse();
    this.#used += 1;
    try {
      await act();
    } finally {
      this.#used -= 1;
    }
  }
}
