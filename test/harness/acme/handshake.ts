import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** Shakes hands with the listener of previews as a client that trusts `ca` alone; the name is resolved by nobody. */
export async function shakeHands(
  host: string,
  ca: string,
  ALPNProtocols: string[] = ['h2'],
): Promise<{ serial: string; protocol: string | false | null; socket: TLSSocket }> {
  const [servername, port] = host.split(':');
  const socket = connect({
    host: '127.0.0.1',
    port: Number(port),
    servername: servername!,
    ca,
    ALPNProtocols,
  });
  await once(socket, 'secureConnect');
  return { serial: socket.getPeerCertificate().serialNumber, protocol: socket.alpnProtocol, socket };
}
