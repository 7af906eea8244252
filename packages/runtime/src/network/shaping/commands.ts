/** One end of a slot's veth pair: what leaves it goes towards the other end. */
export interface End {
  device: string;
  /** Network namespace of the device; undefined: the host's. */
  namespace?: string;
  /** Which address of a packet is the host's when the packet is between host and guest alone. */
  hostIs: 'src' | 'dst';
}

/** Longest that a packet waits for its turn at the limit, in milliseconds. */
const WAIT_MS = 90;

/** Bytes that may pass at once, in milliseconds at the limit: what timers and busy processors miss is caught up. */
const BURST_MS = 5;

/** Bytes of a whole packet on its way, with its link header. */
const PACKET = 1514;

/** With less room than this a TCP connection at 1 Mbit/s waits for its own timers. It is 97 ms there. */
const LEAST_QUEUE = 8 * PACKET;

/** The engine's socket holds 8 MiB: with more in the queue it could send nothing else. */
const MOST_QUEUE = 2 * 1024 * 1024;

const LEAST_BURST = 1600;
const MOST_BURST = 2 * 1024 * 1024;

/** Segments that the kernel treats as one packet are longer than what passes in a moment at low limits: they are cut up there. */
const MOST_UNCUT = 70_000;

/**
 * Below this limit, in Mbit/s, the queue is not much longer than what the engine's TCP sends at once. Where the last packets are
 * dropped then, all of one burst, it gets no further than a tenth of the limit; where the oldest one is, it keeps up.
 */
const DROPPING_OLDEST = 20;

export interface Sizes {
  queue: number;
  burst: number;
  /** Longer packets are cut into segments. */
  uncut: number;
}

/** Bytes that belong to a limit. */
export function sizesOf(mbps: number): Sizes {
  const bytesPerMs = mbps * 125;
  const within = (least: number, value: number, most: number) => Math.min(Math.max(least, value), most);
  return {
    queue: within(LEAST_QUEUE, bytesPerMs * WAIT_MS, MOST_QUEUE),
    burst: within(LEAST_BURST, bytesPerMs * BURST_MS, MOST_BURST),
    uncut: mbps < DROPPING_OLDEST ? LEAST_BURST : within(LEAST_BURST, bytesPerMs, MOST_UNCUT),
  };
}

/** The class and its queue. The queue's own rate is beyond every machine: of that discipline only room and cutting are wanted. */
function classLines({ device }: End, mbps: number): string {
  const { queue, burst, uncut } = sizesOf(mbps);
  const fifo =
    mbps < DROPPING_OLDEST
      ? `handle 20: pfifo_head_drop limit ${Math.floor(queue / PACKET)}`
      : `handle 30: bfifo limit ${queue}`;
  return `class replace dev ${device} parent 1: classid 1:10 htb rate ${mbps}mbit burst ${burst} cburst ${burst} quantum ${PACKET}
qdisc replace dev ${device} parent 1:10 handle 10: tbf rate 4000gbit burst ${uncut} limit ${queue}
qdisc replace dev ${device} parent 10:1 ${fifo}
`;
}

/**
 * Batch of `tc` that limits what leaves an end, where nothing stands yet. What is between host and guest alone goes past the
 * limit: the packet filter lets nothing else use the host's end as an address. The class comes last, so that where it is,
 * all is. What is not told apart is limited, so that no frame of another make gets around it.
 */
export function limitBatch(end: End, host: string, mbps: number): string {
  const { device, hostIs } = end;
  const filter = `filter add dev ${device} parent 1:`;
  return `qdisc replace dev ${device} root handle 1: htb default 10
${filter} protocol ip pref 1 u32 match ip ${hostIs} ${host}/32 flowid 1:0
${filter} protocol arp pref 2 u32 match u32 0 0 flowid 1:0
${classLines(end, mbps)}`;
}

/** Batch of `tc` that changes a limit. It fails when none stands, and has changed nothing then. */
export function changeBatch(end: End, mbps: number): string {
  return classLines(end, mbps).replace('class replace', 'class change');
}

/** Batch of `tc` that takes a limit away, whether or not it is there. */
export function unlimitBatch({ device }: End): string {
  return `qdisc replace dev ${device} root noqueue\n`;
}
