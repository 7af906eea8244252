/** One page of a list. */
export interface Page<T> {
  items: T[];
  nextToken: string | undefined;
}

/** A list that is fetched page by page, newest entries first unless it says otherwise. Iterating it gives every entry from here on. */
export class Paginator<T> implements AsyncIterable<T> {
  #page: Page<T>;
  #fetch: (token: string) => Promise<Page<T>>;

  constructor(first: Page<T>, fetch: (token: string) => Promise<Page<T>>) {
    this.#page = first;
    this.#fetch = fetch;
  }

  /** Entries of the current page. */
  get items(): T[] {
    return this.#page.items;
  }

  /** Whether another page follows. */
  get hasNext(): boolean {
    return this.#page.nextToken !== undefined;
  }

  /** Token of the page that follows, to go on after this one: `Sandbox.list({ nextToken })`. */
  get nextToken(): string | undefined {
    return this.#page.nextToken;
  }

  /** Goes to the next page and returns its entries; an empty array after the last one. */
  async nextItems(): Promise<T[]> {
    const token = this.#page.nextToken;
    if (token === undefined) return [];
    this.#page = await this.#fetch(token);
    return this.#page.items;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    yield* this.items;
    while (this.hasNext) yield* await this.nextItems();
  }
}
