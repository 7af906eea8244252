// Runs in the namespace of a named world: a nameserver, HTTP on port 80, TLS on port 443 and a port that greets.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';

const settings = JSON.parse(process.argv[2]!) as {
  address: string;
  otherAddress: string;
  private: string;
  cert: string;
  key: string;
  log: string;
};
writeFileSync(settings.log, '');
const see = (line: string) => appendFileSync(settings.log, `${line}\n`);

const records: Record<string, string[]> = {
  'api.example.test': [settings.address],
  'also.example.test': [settings.address],
  'cdn.test': [settings.address],
  'other.test': [settings.otherAddress],
  'private.example.test': [settings.private, '127.0.0.1', '169.254.169.254'],
  'mixed.example.test': [settings.private, settings.address],
};
const aliases: Record<string, string> = { 'www.example.test': 'cdn.test' };

/** Keeps open connections busy until it is told to end. */
const answer: RequestListener = (request, response) => {
  const { servername } = request.socket as TLSSocket;
  see(`request ${servername || '-'} ${request.headers.host} ${request.url}`);
  if (request.url !== '/endless') return void response.end(`${request.headers.host}\n`);
  response.write('begun\n');
  const timer = setInterval(() => response.write('on\n'), 100);
  response.on('close', () => clearInterval(timer));
};

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function writeRecord(name: string, type: number, data: Buffer): Buffer {
  // Type, IN, 5 s, length.
  const head = Buffer.from([0, type, 0, 1, 0, 0, 0, 5, 0, data.length]);
  return Buffer.concat([writeName(name), head, data]);
}

const nameserver = createSocket('udp4');
nameserver.on('message', (query, from) => {
  const end = query.indexOf(0, 12) + 5;
  const labels: string[] = [];
  for (let at = 12; query[at] !== 0; at += query[at]! + 1) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!));
  }
  const name = labels.join('.').toLowerCase();
  const isAddress = query.readUInt16BE(end - 4) === 1;
  see(`lookup ${name}`);
  const alias = aliases[name];
  const addresses = records[alias ?? name];
  const found = [
    ...(alias ? [writeRecord(name, 5, writeName(alias))] : []),
    ...(isAddress ? (addresses ?? []) : []).map((address) =>
      writeRecord(alias ?? name, 1, Buffer.from(address.split('.').map(Number))),
    ),
  ];
  const reply = Buffer.concat([query.subarray(0, end), ...found]);
  reply[2] = 0x84;
  reply[3] = addresses ? 0x80 : 0x83;
  reply.fill(0, 6, 12);
  reply.writeUInt16BE(found.length, 6);
  nameserver.send(reply, from.port, from.address);
});

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const tls = { cert: readFileSync(settings.cert), key: readFileSync(settings.key) };
const greeter = createTcpServer((socket) => {
  see('greeting');
  socket.on('error', () => {});
  socket.write('hello\n');
  socket.pipe(socket);
});
nameserver.bind(53, '0.0.0.0');
await once(nameserver, 'listening');
await listen(createHttpServer(answer), 80);
await listen(createHttpsServer(tls, answer), 443);
const greetingPort = await listen(greeter, 0);
// A datagram that gets through is seen.
const quic = createSocket('udp4');
quic.on('message', () => see('datagram'));
quic.bind(443, '0.0.0.0');
await once(quic, 'listening');
process.stdin.on('end', () => process.exit()).resume();
console.log(greetingPort);
