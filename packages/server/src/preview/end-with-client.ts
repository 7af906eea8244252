import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a service may take to say goodbye to a client that has gone. */
const FAREWELL_MS = 5000;

/**
 * Closes the connection to a service when the client of a WebSocket has gone, whether or not the service closes its own end:
 * a guest could otherwise have the server keep as many as it likes.
 */
export function endWithClient(asking: ClientRequest, client: Duplex): void {
  client.once('close', () => asking.destroy());
  asking.once('upgrade', (_answer, service) => {
    const farewell = () => {
      const late = setTimeout(() => client.destroy(), FAREWELL_MS);
      client.once('close', () => clearTimeout(late));
    };
    client.once('end', farewell);
    client.once('close', () => service.destroy());
  });
}
