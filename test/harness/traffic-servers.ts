// Runs in the namespace of a traffic world: what takes bytes, what sends them without end, over TCP and UDP.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const chunk = Buffer.alloc(256 * 1024);

const sink = createServer((socket) => {
  socket.resume();
  socket.on('error', () => {});
});

/**
 * Bytes that have arrived by the links of this namespace. What programs here have read would not do: one that had to wait
 * for a processor reads what came meanwhile at once, faster than any line.
 */
function arrived(): number {
  let sum = 0;
  for (const line of readFileSync('/proc/net/dev', 'latin1').split('\n').slice(2)) {
    const [name = '', bytes] = line.trim().split(/[:\s]+/);
    if (name && name !== 'lo') sum += Number(bytes);
  }
  return sum;
}

/** Answers a line, such as an HTTP request or a TLS hello, or nothing at all, with bytes that do not end. */
function pour(socket: Socket): void {
  socket.on('error', () => {});
  socket.resume();
  const more = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}
const source = createServer(pour);
const web = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n');
    pour(socket);
  });
});

// Datagrams that begin with "echo" are sent back, and "pour <Mbit/s> <seconds>" is answered with many.
const datagrams = createSocket('udp4');
datagrams.on('message', (message, from) => {
  const [verb, mbps, seconds] = message.toString('latin1', 0, 40).split(' ');
  if (verb === 'echo') datagrams.send(message, from.port, from.address);
  if (verb !== 'pour') return;
  const begun = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const ms = performance.now() - begun;
    if (ms > Number(seconds) * 1000) return clearInterval(timer);
    for (const due = (Number(mbps) * 125 * ms) / 1200; sent < due; sent++)
      datagrams.send(chunk.subarray(0, 1200), from.port, from.address);
  }, 5);
});

// Every name is at this address.
const address = process.argv[2]!;
const nameserver = createSocket('udp4');
nameserver.on('message', (query, from) => {
  const end = query.indexOf(0, 12) + 5;
  const found = query.readUInt16BE(end - 4) === 1 ? 1 : 0;
  const record = [...query.subarray(12, end), 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)];
  const reply = Buffer.concat([query.subarray(0, end), Buffer.from(found ? record : [])]);
  reply.set([0x84, 0x80], 2);
  reply.fill(0, 6, 12);
  reply.writeUInt16BE(found, 6);
  nameserver.send(reply, from.port, from.address);
});
nameserver.bind(53, '0.0.0.0');

async function listen(server: ReturnType<typeof createServer>, port = 0): Promise<number> {
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

// Answers come from the address that was asked, not from that of the link.
datagrams.bind(0, address);
await once(datagrams, 'listening');
await listen(web, 80);
const ports = { sink: await listen(sink), source: await listen(source), udp: datagrams.address().port };
console.log(JSON.stringify(ports));
// Each line is a question; the end of them is the end.
for await (const _ of createInterface({ input: process.stdin }))
  console.log(JSON.stringify({ arrived: arrived(), at: performance.now() }));
process.exit();
