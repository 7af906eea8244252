import type { Socket } from 'node:net';

/** Clients that may be logging in at the same time: all of them, and those that come from one address. */
interface Bounds {
  all: number;
  ofOne: number;
}

/** Connections of clients that have not been let in yet. */
export class Strangers {
  readonly #bounds: Bounds;
  readonly #sockets = new Map<string, { socket: Socket; from: string }>();
  readonly #counts = new Map<string, number>();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Notes one; false: there is no room for it. It is forgotten when it closes or is `admitted`. */
  add(socket: Socket): boolean {
    const name = nameOf({ ip: socket.remoteAddress, port: socket.remotePort });
    const from = networkOf(socket.remoteAddress ?? '');
    const count = this.#counts.get(from) ?? 0;
    if (this.#sockets.size >= this.#bounds.all || count >= this.#bounds.ofOne) return false;
    this.#sockets.set(name, { socket, from });
    this.#counts.set(from, count + 1);
    const leave = () => this.#remove(name, socket);
    socket.once('close', leave);
    socket.once('admitted', leave);
    return true;
  }

  find(client: { ip?: string | undefined; port?: number | undefined }): Socket | undefined {
    return this.#sockets.get(nameOf(client))?.socket;
  }

  drop(): void {
    for (const { socket } of this.#sockets.values()) socket.destroy();
  }

  #remove(name: string, socket: Socket): void {
    const known = this.#sockets.get(name);
    if (known?.socket !== socket) return;
    this.#sockets.delete(name);
    const left = this.#counts.get(known.from)! - 1;
    if (left > 0) this.#counts.set(known.from, left);
    else this.#counts.delete(known.from);
  }
}

const nameOf = ({ ip, port }: { ip?: string | undefined; port?: number | undefined }) => `${ip} ${port}`;

/** An IPv4 address, or the first 64 bits of an IPv6 address: whoever has one of these has them all. */
export function networkOf(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!bare.includes(':')) return bare;
  const [head = '', tail] = bare.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...new Array<string>(zeros).fill('0'), ...rest];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
