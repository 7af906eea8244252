// The least that a proxy in Node does: node plain-proxy.mjs <host> <port>. Prints its own port.
import { Agent, createServer, request } from 'node:http';

const [host, port] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const server = createServer((asked, answer) => {
  const onward = request({
    host,
    port,
    agent,
    method: asked.method,
    path: asked.url,
    headers: asked.headers,
  });
  onward.on('response', (found) => {
    answer.writeHead(found.statusCode, found.headers);
    found.pipe(answer);
  });
  asked.pipe(onward);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
