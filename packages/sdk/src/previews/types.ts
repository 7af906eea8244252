/** What a preview lets through. */
export type PreviewTransport = 'http' | 'websocket';

/** Lets a bearer reach one port of one sandbox. */
export interface PreviewGrant {
  id: string;
  /** Id that the sandbox had when the grant was made. */
  sandboxId: string;
  port: number;
  /** How its tokens come: in the address, or in a header of a proxy of yours. */
  authMode: 'direct' | 'preview_proxy';
  status: 'active' | 'expired' | 'revoked';
  transports: PreviewTransport[];
  createdAt: Date | undefined;
  expiresAt: Date | undefined;
  revokedAt: Date | undefined;
  firstUsedAt: Date | undefined;
  lastUsedAt: Date | undefined;
  httpRequestCount: number;
  websocketConnectionCount: number;
  /** Bytes that clients sent. */
  bytesIn: number;
  /** Bytes that clients got. */
  bytesOut: number;
}

/** Where a port of a sandbox answers. */
export interface PreviewHost {
  /** Name and port without a scheme, as "127.0.0.1:40123". */
  host: string;
  /** Address for a browser, with a token. Keep it secret. */
  url: string;
  /** Address for a WebSocket client, with a token of its own. */
  websocketUrl: string;
  /** When the tokens end. */
  expiresAt: Date | undefined;
}

/** A preview with the grant of its tokens. */
export interface PreviewUrl extends Omit<PreviewHost, 'host'> {
  grant: PreviewGrant;
}

/** What a reverse proxy of yours needs to pass requests on to a port. */
export interface PreviewProxyTarget {
  grant: PreviewGrant;
  /** Header that every request to the upstream must carry with its token. */
  tokenHeader: string;
  expiresAt: Date | undefined;
  /** Upstream of requests and its token. */
  http: { url: string; token: string } | undefined;
  /** Upstream of WebSockets and its token. */
  websocket: { url: string; token: string } | undefined;
  /** Headers that the proxy must pass on. */
  forwardedHeaders: string[];
  /** Header for the sandbox's traffic token; undefined: none is needed. */
  trafficTokenHeader: string | undefined;
}

/** Whether a port answered in time. */
export interface PortReadiness {
  ready: boolean;
  /** The sandbox runs and can be reached. */
  routeReady: boolean;
  /** The port answered. */
  serviceReady: boolean;
  attempts: number;
  elapsedMs: number;
  /** Why it is not ready, as a word and as a sentence. */
  code: string | undefined;
  error: string | undefined;
}
