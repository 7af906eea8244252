/** How long an agent may keep a transfer waiting. */
const STALL_MS = 60_000;

/** Breaks a transfer off when the agent, not the caller, keeps it waiting for too long. */
export class StallTimer {
  readonly #stalled = new AbortController();
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number = STALL_MS) {
    this.#ms = ms;
  }

  /** Aborts when the agent has stalled. */
  get signal(): AbortSignal {
    return this.#stalled.signal;
  }

  /** From now on the agent's next step is waited for. */
  wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stalled.abort(), this.#ms);
  }

  /** The agent did its step. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
