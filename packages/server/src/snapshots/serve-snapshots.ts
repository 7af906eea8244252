import { routes, snapshotFields } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import type { Call } from '../app/call.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import type { ClaimRecovery } from '../idempotency/claim-recovery.ts';
import { createdResponse } from '../idempotency/stored-responses.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { presentSandbox } from '../sandboxes/present-sandbox.ts';
import { project, readFields } from '../sandboxes/project-fields.ts';
import type { JsonValue } from '../store/records.ts';
import { createSnapshot } from './create-snapshot.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { findSnapshot } from './find-snapshot.ts';
import { forkSandbox } from './fork-sandbox.ts';
import { hibernateSandbox } from './hibernate-sandbox.ts';
import { listSnapshots } from './list-snapshots.ts';
import { presentChild } from './present-forked.ts';
import { detailSnapshot, presentSnapshot } from './present-snapshot.ts';
import { resumeSnapshot } from './resume-snapshot.ts';

function snapshotOf(call: { tenantId: string; params: { snapshot_id: string } }) {
  return { tenantId: call.tenantId, snapshotId: call.params.snapshot_id };
}

export function serveSnapshots(app: FastifyInstance, context: Context, recovery: ClaimRecovery): void {
  serveRoute(app, context, routes.hibernateSandbox, async (call) =>
    presentSnapshot(await hibernateSandbox(context, addressOf(call))),
  );
  serveRoute(app, context, routes.resumeSnapshot, async (call) => {
    const sandbox = await resumeSnapshot(context, snapshotOf(call));
    call.request.sandboxId = sandbox.id;
    return presentSandbox(sandbox);
  });
  serveRoute(app, context, routes.forkSandbox, (call) =>
    answerOnce(context, recovery, call, (claim) => fork(context, call, claim)),
  );
  serveRoute(app, context, routes.createSnapshot, (call) =>
    answerOnce(context, recovery, call, async (claim) => {
      const { kind = 'memory', metadata } = call.body ?? {};
      const labels = metadata as Record<string, JsonValue> | undefined;
      const request = { address: addressOf(call), kind, metadata: labels, claim };
      return createdResponse(presentSnapshot(await createSnapshot(context, request)));
    }),
  );
  serveRoute(app, context, routes.listSnapshots, ({ tenantId, query }) =>
    listSnapshots(context, tenantId, query),
  );
  serveRoute(app, context, routes.getSnapshot, async (call) => {
    const fields = readFields(call.query.fields, snapshotFields);
    const snapshot = await findSnapshot(context, snapshotOf(call));
    return fields ? project(detailSnapshot(snapshot), fields) : presentSnapshot(snapshot);
  });
  serveRoute(app, context, routes.deleteSnapshot, (call) => deleteSnapshot(context, snapshotOf(call)));
}

async function fork(
  context: Context,
  call: Call<typeof routes.forkSandbox>,
  claim: Parameters<typeof forkSandbox>[1]['claim'],
) {
  const count = call.body?.count;
  const children = await forkSandbox(context, { address: addressOf(call), count, claim });
  const items = children.map((child) => presentChild(child, call.request.id));
  const [only] = items;
  return createdResponse(count === undefined && only && 'sandbox' in only ? only.sandbox : { items });
}
