/** What typed bytes become: those that go on to the terminal, and whether the user wants to leave. */
export interface Typed {
  pass: Buffer;
  leave: boolean;
}

const enter = new Set([0x0d, 0x0a]);
const tilde = 0x7e;
const dot = 0x2e;

/**
 * Watches for `~.` at the begin of a line, as ssh does, since every single key belongs to the program in the terminal.
 */
export class LeaveKeys {
  #state: 'line' | 'begin' | 'tilde' = 'begin';

  read(data: Buffer): Typed {
    const pass: number[] = [];
    for (const byte of data) {
      if (this.#state === 'tilde') {
        if (byte === dot) return { pass: Buffer.from(pass), leave: true };
        pass.push(tilde);
      }
      if (this.#state === 'begin' && byte === tilde) {
        this.#state = 'tilde';
        continue;
      }
      this.#state = enter.has(byte) ? 'begin' : 'line';
      pass.push(byte);
    }
    return { pass: Buffer.from(pass), leave: false };
  }
}
