import type { IncomingHttpHeaders } from 'node:http';

/** Both names of a preview: what the client asked for, and what the service inside is told. */
export interface HostMask {
  /** Scheme and host of the client's address, as "http://127.0.0.1:40123". */
  outer: string;
  /** Host inside, as "localhost:3000". */
  inner: string;
}

/** The host that a policy wants the service to see. */
export function maskOf(mask: string, port: number): string {
  return mask.replace(/\$\{PORT\}/g, String(port));
}

/** Tells the service its own name where the client wrote the preview's. */
export function maskRequest(headers: IncomingHttpHeaders, { outer, inner }: HostMask): void {
  headers.host = inner;
  for (const name of ['origin', 'referer'] as const) {
    const value = headers[name];
    if (value !== undefined && startsWithOrigin(value, outer)) {
      headers[name] = `http://${inner}${value.slice(outer.length)}`;
    }
  }
}

/** Leads redirects to the service's own name back to the preview, and lets its cookies hold for the preview. */
export function unmaskResponse(headers: IncomingHttpHeaders, { outer, inner }: HostMask): void {
  const { location } = headers;
  for (const scheme of ['http://', 'https://', '//']) {
    const origin = scheme + inner;
    if (location !== undefined && startsWithOrigin(location, origin)) {
      headers.location = outer + location.slice(origin.length);
      break;
    }
  }
  const name = inner.replace(/:\d+$/, '');
  headers['set-cookie'] &&= headers['set-cookie'].map((cookie) => dropDomain(cookie, name));
}

function startsWithOrigin(address: string, origin: string): boolean {
  return address === origin || (address.startsWith(origin) && /^[/?#]/.test(address.slice(origin.length)));
}

function dropDomain(cookie: string, name: string): string {
  const parts = cookie.split(';');
  return parts
    .filter((part) => {
      const [key, value = ''] = part.split('=', 2);
      return key!.trim().toLowerCase() !== 'domain' || value.trim().replace(/^\./, '') !== name;
    })
    .join(';');
}
