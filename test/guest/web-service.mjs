// A web service to look at through previews: node web-service.mjs <port> [address].
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const [port, address = '0.0.0.0'] = process.argv.slice(2);

/** Requests that wait for an answer which never comes, and WebSockets that are open. */
const state = { hanging: 0, sockets: 0 };

const pages = {
  '/state': (_request, response) => response.end(JSON.stringify(state)),
  '/never': (_request, response) => {
    state.hanging += 1;
    response.on('close', () => {
      state.hanging -= 1;
    });
  },
  '/echo': (request, response) => {
    const seen = { method: request.method, url: request.url, headers: request.headers };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(seen));
  },
  '/redirect': (request, response) => {
    const cookie = 'session=1; Domain=localhost; Path=/';
    response.writeHead(302, {
      location: `http://${request.headers.host}/echo?from=redirect`,
      'set-cookie': cookie,
    });
    response.end();
  },
  '/events': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let number = 0;
    const timer = setInterval(() => {
      number += 1;
      response.write(`data: ${number}\n\n`);
    }, 50);
    response.on('close', () => clearInterval(timer));
  },
  '/count': async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    response.end(String(bytes));
  },
  '/zeros': (request, response) => {
    let left = Number(new URL(request.url, 'http://x').searchParams.get('mb'));
    const block = Buffer.alloc(1024 * 1024);
    const more = () => {
      while (left > 0) {
        left -= 1;
        if (!response.write(block)) return response.once('drain', more);
      }
      response.end();
    };
    more();
  },
  '/dies': (_request, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('half');
    setTimeout(() => response.destroy(), 50);
  },
  '/resets': (request) => request.socket.resetAndDestroy(),
  '/huge-headers': (request) => {
    request.socket.write(`HTTP/1.1 200 OK\r\nx-huge: ${'h'.repeat(1024 * 1024)}\r\n\r\n`);
  },
  '/odd-101': (request) =>
    request.socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: odd\r\nconnection: upgrade\r\n\r\n'),
  '/hints-alone': (request) => {
    request.socket.end('HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n');
  },
  '/hints': (_request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
    response.end('after hints');
  },
};

const server = createServer((request, response) => {
  const page = pages[new URL(request.url, 'http://x').pathname];
  if (page) page(request, response);
  else response.writeHead(404).end('no such page');
});

// Answers each short text frame of a WebSocket with the same text.
server.on('upgrade', (request, socket) => {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'connection: Upgrade',
    `sec-websocket-accept: ${accept}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.on('data', (frame) => {
    if ((frame[0] & 15) !== 1) return socket.end();
    const length = frame[1] & 127;
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]);
    socket.write(Buffer.concat([Buffer.from([129, length]), text]));
  });
  socket.on('error', () => socket.destroy());
  // Does not care that the client has gone.
  if (request.url === '/deaf') return;
  state.sockets += 1;
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    state.sockets -= 1;
  });
});

server.listen(Number(port), address, () => console.log('listening'));
