import type { SshAccess as WireAccess, NewSshAccess as WireNew } from '@nullspace/contract';
import { date } from '../client/date.ts';
import type { CallOptions } from '../client/options.ts';
import { pathId } from '../client/path-id.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { NewSshAccess, SshAccess } from './types.ts';

export interface CreateSshAccessOptions extends CallOptions {
  /** OpenSSH public key on one line: Ed25519, ECDSA, or RSA of at least 2048 bits. */
  publicKey: string;
  /** Account inside the sandbox. @default that of commands which name none */
  user?: string;
  /** When it ends and its connections are cut; at most a day. @default 60 */
  expiresInMinutes?: number;
}

/** Who may come into a sandbox over SSH: `sandbox.ssh`. */
export class Ssh {
  readonly #scope: SandboxScope;

  constructor(scope: SandboxScope) {
    this.#scope = scope;
  }

  /**
   * Lets the holder of a key in for a while. Nothing has to be installed in the sandbox, and a paused one is not resumed.
   * @throws InvalidRequestError for a key that is none.
   */
  async create(options: CreateSshAccessOptions): Promise<NewSshAccess> {
    const { publicKey: public_key, user, expiresInMinutes: expires_in_minutes, ...call } = options;
    const json = {
      public_key,
      ...(user === undefined ? {} : { user }),
      ...(expires_in_minutes === undefined ? {} : { expires_in_minutes }),
    };
    const path = `${this.#scope.path}/ssh-access`;
    const wire = await this.#scope.client.json<WireNew>('POST', path, { ...call, json });
    const { host, port, host_key: hostKey, certificate, command } = wire;
    return { ...readAccess(wire), host, port, hostKey, certificate, command };
  }

  /** Accesses of this sandbox, newest first, those that are over too. */
  async list(options: CallOptions = {}): Promise<SshAccess[]> {
    const path = `${this.#scope.path}/ssh-access`;
    const { items } = await this.#scope.client.json<{ items: WireAccess[] }>('GET', path, options);
    return items.map(readAccess);
  }

  /** Revokes an access and cuts the connections that it let in. @throws NotFoundError */
  async revoke(accessId: string, options: CallOptions = {}): Promise<SshAccess> {
    const path = `${this.#scope.path}/ssh-access/${pathId('access', accessId)}`;
    const { access } = await this.#scope.client.json<{ access: WireAccess }>('DELETE', path, options);
    return readAccess(access);
  }
}

function readAccess(wire: WireAccess): SshAccess {
  return {
    id: wire.access_id,
    sandboxId: wire.sandbox_id,
    user: wire.user,
    publicKeyFingerprint: wire.public_key_fingerprint,
    status: wire.status,
    createdAt: date(wire.created_at),
    expiresAt: date(wire.expires_at),
    revokedAt: date(wire.revoked_at),
    lastUsedAt: date(wire.last_used_at),
  };
}
