import { randomUUID } from 'node:crypto';
import type { StoreContext } from './context.ts';
import { prepare } from './prepare.ts';
import type { IdempotencyClaim, IdempotencyScope, StoredResponse, UnfinishedClaim } from './records.ts';
import type { Database, DatabaseTransaction, IdempotencyRow } from './schema.ts';
import type { ClaimResult } from './store.ts';
import { StoreError } from './store-error.ts';
import { write } from './write.ts';

type ClaimRequest = IdempotencyScope & { bodyHash: string; now: number; expiresAt: number };

export async function claimIdempotencyKey(
  context: StoreContext,
  request: ClaimRequest,
): Promise<ClaimResult> {
  // A key that was in the way may be released before it is read: then it is free to claim.
  for (;;) {
    const result = await write(context, 'soon', (transaction) => tryClaim(transaction, request));
    if (result) {
      return result;
    }
  }
}

async function tryClaim(
  transaction: DatabaseTransaction,
  request: ClaimRequest,
): Promise<ClaimResult | undefined> {
  const claim = { ...scopeOf(request), claimId: randomUUID() };
  const { bodyHash, now, expiresAt } = request;
  const { rows } = await claimKey(transaction, { ...claim, bodyHash, now, expiresAt });
  return rows.length > 0 ? { outcome: 'claimed', claim } : findClaim(transaction, request);
}

const claimKey = prepare((db, claim: IdempotencyClaim & Omit<ClaimRequest, keyof IdempotencyScope>) =>
  db
    .insertInto('idempotency_keys')
    .values({
      ...scopeColumns(claim),
      body_hash: claim.bodyHash,
      claim_id: claim.claimId,
      status: 'in_progress',
      sandbox_id: null,
      status_code: null,
      headers: null,
      body: null,
      claimed_at: claim.now,
      expires_at: claim.expiresAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'method', 'path', 'key'])
        .doUpdateSet((build) => ({
          body_hash: build.ref('excluded.body_hash'),
          claim_id: build.ref('excluded.claim_id'),
          status: build.ref('excluded.status'),
          sandbox_id: null,
          status_code: null,
          headers: null,
          body: null,
          claimed_at: build.ref('excluded.claimed_at'),
          expires_at: build.ref('excluded.expires_at'),
        }))
        .where('idempotency_keys.expires_at', '<=', claim.now),
    )
    .returning('claim_id'),
);

async function findClaim(
  db: Database | DatabaseTransaction,
  request: ClaimRequest,
): Promise<ClaimResult | undefined> {
  const row = await db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where(({ and }) => and(scopeColumns(request)))
    .where('expires_at', '>', request.now)
    .executeTakeFirst();
  return row && judge(row, request);
}

function judge(row: IdempotencyRow, { bodyHash }: ClaimRequest): ClaimResult {
  if (row.body_hash !== bodyHash) {
    return { outcome: 'conflict' };
  }
  if (row.status === 'in_progress') {
    return { outcome: 'in_progress', sandboxId: row.sandbox_id };
  }
  const response = { statusCode: row.status_code!, headers: JSON.parse(row.headers!), body: row.body! };
  return { outcome: 'done', sandboxId: row.sandbox_id, response };
}

export async function finishIdempotencyKey(
  context: StoreContext,
  claim: IdempotencyClaim,
  { statusCode, headers, body }: StoredResponse,
): Promise<boolean> {
  const answer = { statusCode, headers: JSON.stringify(headers), body };
  const { numAffectedRows } = await write(context, 'soon', (transaction) =>
    storeAnswer(transaction, { ...claim, ...answer }),
  );
  return numAffectedRows! > 0n;
}

interface Answer {
  statusCode: number;
  headers: string;
  body: string;
}

const storeAnswer = prepare((db, { statusCode, headers, body, ...claim }: IdempotencyClaim & Answer) =>
  db
    .updateTable('idempotency_keys')
    .set({ status: 'done', status_code: statusCode, headers, body })
    .where(({ and }) => and(claimColumns(claim))),
);

export async function releaseIdempotencyKey(
  context: StoreContext,
  claim: IdempotencyClaim,
): Promise<boolean> {
  const { numDeletedRows } = await write(context, 'soon', (transaction) =>
    transaction
      .deleteFrom('idempotency_keys')
      .where(({ and }) => and(claimColumns(claim)))
      .executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}

export async function listUnfinishedClaims({ db }: StoreContext): Promise<UnfinishedClaim[]> {
  const rows = await db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('status', '=', 'in_progress')
    .orderBy('claimed_at')
    .execute();
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    method: row.method,
    path: row.path,
    key: row.key,
    claimId: row.claim_id,
    sandboxId: row.sandbox_id,
    claimedAt: row.claimed_at,
  }));
}

/** Notes in a claim which sandbox its request has inserted. */
export async function bindClaim(
  transaction: DatabaseTransaction,
  claim: IdempotencyClaim,
  sandboxId: string,
): Promise<void> {
  const { numAffectedRows } = await bind(transaction, { ...claim, sandboxId });
  if (numAffectedRows === 0n) {
    throw new StoreError('conflict', `The idempotency key ${claim.key} was released or taken over.`);
  }
}

const bind = prepare((db, { sandboxId, ...claim }: IdempotencyClaim & { sandboxId: string }) =>
  db
    .updateTable('idempotency_keys')
    .set({ sandbox_id: sandboxId })
    .where(({ and }) => and(claimColumns(claim))),
);

function scopeOf({ tenantId, method, path, key }: IdempotencyScope): IdempotencyScope {
  return { tenantId, method, path, key };
}

function scopeColumns({ tenantId, method, path, key }: IdempotencyScope) {
  return { tenant_id: tenantId, method, path, key };
}

function claimColumns(claim: IdempotencyClaim) {
  return { ...scopeColumns(claim), claim_id: claim.claimId, status: 'in_progress' as const };
}
