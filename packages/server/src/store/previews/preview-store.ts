import type { Grant, GrantUse, NewGrant, PreviewAddress } from './preview.ts';

/** What the server remembers of previews. The promises of `Store` hold for each verb. */
export interface PreviewStore {
  /** A random secret of this installation, made when it is first asked for: 32 bytes in base64url. */
  secret(name: string): Promise<string>;

  /** Inserts a grant, unless its execution already has `maxGrants` that are neither expired nor revoked. */
  insertGrant(grant: NewGrant, options: { maxGrants: number }): Promise<Grant | undefined>;
  /** A grant of any tenant, for the gateway. */
  findGrant(id: string): Promise<Grant | undefined>;
  /** Grants of an execution, newest first. */
  listGrants(query: { executionId: string; port?: number }): Promise<Grant[]>;
  /** Revokes a grant for good and returns it; repeated, the first time stays. Undefined: no such grant. */
  revokeGrant(revocation: { id: string; executionId: string; revokedAt: number }): Promise<Grant | undefined>;
  /** Adds to the counters of grants. May be lost when the machine loses power. */
  countGrantUse(uses: GrantUse[]): Promise<void>;

  /** Inserts an address, unless there is one of this port or the tenant has `max` of them. */
  insertPreviewAddress(
    address: PreviewAddress,
    options: { max: number },
  ): Promise<{ address: PreviewAddress } | { count: number }>;
  findPreviewAddress(key: { executionId: string; port: number }): Promise<PreviewAddress | undefined>;
  listPreviewAddresses(): Promise<PreviewAddress[]>;
  /** Gives an address another port of the machine. */
  movePreviewAddress(address: { executionId: string; port: number; listenPort: number }): Promise<void>;
  /** Removes the addresses of executions that ended before that time, or of which nothing is known. Returns them. */
  dropEndedAddresses(endedBefore: number): Promise<PreviewAddress[]>;
}
