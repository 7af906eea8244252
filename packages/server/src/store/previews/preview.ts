import type { PreviewTransport } from '@nullspace/contract';

/** Lets a bearer reach one port of one sandbox. */
export interface Grant {
  id: string;
  tenantId: string;
  /** Id that the sandbox had when the grant was made. */
  sandboxId: string;
  executionId: string;
  port: number;
  /** How its tokens come: in the address, or in a header of a proxy. */
  authMode: 'direct' | 'preview_proxy';
  transports: PreviewTransport[];
  createdAt: number;
  updatedAt: number;
  expiresAt: number;
  revokedAt: number | null;
  firstUsedAt: number | null;
  lastUsedAt: number | null;
  httpCount: number;
  websocketCount: number;
  bytesIn: number;
  bytesOut: number;
}

export type NewGrant = Pick<
  Grant,
  | 'id'
  | 'tenantId'
  | 'sandboxId'
  | 'executionId'
  | 'port'
  | 'authMode'
  | 'transports'
  | 'createdAt'
  | 'expiresAt'
>;

/** What was let through by a grant since the last time that it was recorded. */
export interface GrantUse {
  id: string;
  usedAt: number;
  http: number;
  websocket: number;
  bytesIn: number;
  bytesOut: number;
}

/** Where a port of a sandbox answers on this machine. */
export interface PreviewAddress {
  executionId: string;
  port: number;
  tenantId: string;
  listenPort: number;
  createdAt: number;
}
