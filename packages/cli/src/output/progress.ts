/** How far a transfer is. */
export interface Progress {
  bytesDone: number;
  /** Undefined while it is not known. */
  bytesTotal: number | undefined;
}

const barWidth = 30;
const redrawMs = 100;
const narrow = 60;

/** Shows progress: a bar on a terminal, else a line every tenth, without control codes. */
export class TransferProgress {
  #out: NodeJS.WriteStream;
  #lastDrawn = -redrawMs;
  #lastTenth = 0;
  #last: Progress | undefined;
  #drawn = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(progress: Progress): void {
    this.#last = progress;
    if (this.#out.isTTY) this.#drawSometimes();
    else this.#tellTenth();
  }

  /** Leaves the last state and begins a fresh line. */
  end(): void {
    if (!this.#out.isTTY || !this.#last) return;
    this.#draw();
    if (this.#drawn) this.#out.write('\n');
  }

  #drawSometimes(): void {
    const now = performance.now();
    if (now - this.#lastDrawn < redrawMs) return;
    this.#lastDrawn = now;
    this.#draw();
  }

  #draw(): void {
    const { bytesDone, bytesTotal } = this.#last!;
    this.#drawn = true;
    const amount = bytesTotal === undefined ? size(bytesDone) : `${size(bytesDone)} of ${size(bytesTotal)}`;
    const share = bytesTotal ? bytesDone / bytesTotal : undefined;
    const roomy = (this.#out.columns ?? 0) >= narrow;
    const bar = share === undefined || !roomy ? '' : `${barOf(share)} `;
    this.#out.write(`\r\x1b[K${bar}${share === undefined ? '' : `${percent(share)} `}${amount}`);
  }

  #tellTenth(): void {
    const { bytesDone, bytesTotal } = this.#last!;
    if (!bytesTotal) return;
    const tenth = Math.floor((bytesDone / bytesTotal) * 10);
    if (tenth <= this.#lastTenth) return;
    this.#lastTenth = tenth;
    this.#out.write(`${tenth * 10} % (${size(bytesDone)} of ${size(bytesTotal)})\n`);
  }
}

function barOf(share: number): string {
  const full = Math.min(barWidth, Math.floor(share * barWidth));
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}]`;
}

const percent = (share: number) => `${String(Math.floor(share * 100)).padStart(3)} %`;

/** Bytes for people: `1.5 MiB`. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = bytes;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
