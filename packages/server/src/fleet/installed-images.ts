/** An image that the host can start, by its name. */
export interface InstalledImage {
  name: string;
  digest: string;
}

/** How long what the host said is believed. The host itself refuses an image that has gone meanwhile. */
const BELIEVED_MS = 1000;

/** The images of the host. Creates that follow one another ask for them once. */
export class InstalledImages {
  readonly #ask: () => Promise<InstalledImage[]>;
  #asked: { at: number; images: Promise<InstalledImage[]> } | undefined;

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
    const believed = this.#asked && performance.now() - this.#asked.at < BELIEVED_MS;
    const known = believed ? (await this.#asked!.images).find(named) : undefined;
    return known ?? (await this.list()).find(named);
  }
}
