/** An image that the host can start, by its name. */
export interface InstalledImage {
  name: string;
  digest: string;
}

/** After this the host is asked again, but nobody has to wait for that. */
const FRESH_MS = 1000;
/** They are asked for when the create that noticed it is probably done. */
const BEHIND_MS = 100;
/** After this what the host said is not believed any more. It refuses an image that has gone meanwhile. */
const BELIEVED_MS = 10_000;

/** The images of the host. Creates that follow one another ask for them once. */
export class InstalledImages {
  readonly #ask: () => Promise<InstalledImage[]>;
  #asked: { at: number; images: Promise<InstalledImage[]> } | undefined;
  #askingBehind = false;

  constructor(ask: () => Promise<InstalledImage[]>) {
    this.#ask = ask;
  }

  /** All of them, as the host says now. */
  list(): Promise<InstalledImage[]> {
    const asked = { at: performance.now(), images: this.#ask() };
    this.#asked = asked;
    asked.images.catch(() => {
      if (this.#asked === asked) this.#asked = undefined;
    });
    return asked.images;
  }

  /** One of them; the host is asked whenever it was not there a moment ago. */
  async find(name: string): Promise<InstalledImage | undefined> {
    const named = (image: InstalledImage) => image.name === name;
    const asked = this.#asked;
    const age = asked ? performance.now() - asked.at : Number.POSITIVE_INFINITY;
    const known = asked && age < BELIEVED_MS ? (await asked.images).find(named) : undefined;
    if (known && age >= FRESH_MS) this.#askBehind();
    return known ?? (await this.list()).find(named);
  }

  /** Asks for the next ones: these have their answer. */
  #askBehind(): void {
    if (this.#askingBehind) return;
    this.#askingBehind = true;
    setTimeout(() => this.#askNow(), BEHIND_MS).unref();
  }

  #askNow(): void {
    const at = performance.now();
    this.#ask()
      .then(
        (images) => {
          if (this.#asked && this.#asked.at < at) this.#asked = { at, images: Promise.resolve(images) };
        },
        // A host that is away tells those who need it now.
        () => undefined,
      )
      .finally(() => {
        this.#askingBehind = false;
      });
  }
}
