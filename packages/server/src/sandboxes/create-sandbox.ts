import type { CreateSandboxBody } from '@nullspace/contract';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import { changePolicy } from '../network/bandwidth.ts';
import { readyToStart } from '../snapshots/ready-to-start.ts';
import { requireSnapshotRoom } from '../snapshots/snapshot-quota.ts';
import type { IdempotencyClaim, JsonValue, NewSandbox, Sandbox, TimeoutAction } from '../store/records.ts';
import { savedSettings } from '../store/snapshots/saved-settings.ts';
import { type ResolvedTemplate, resolveTemplate } from '../templates/resolve-template.ts';
import { shapeOf } from '../templates/shape-of.ts';
import { readPoolRequest } from '../warm-pools/ask-pool.ts';
import { checkCreate } from './check-create.ts';
import { startSandbox } from './start-sandbox.ts';
import { withTrafficToken } from './traffic-token.ts';

/** Working directory of a sandbox that asks for none. */
const DEFAULT_CWD = '/workspace';

/** Creates a sandbox, from a template or a snapshot, and resolves when it takes commands; see `startSandbox`. */
export async function createSandbox(
  context: Context,
  request: {
    tenantId: string;
    body: CreateSandboxBody;
    /** When the call came, of `performance.now`. */
    askedAt: number;
    claim?: IdempotencyClaim | undefined;
    onId?: (id: string) => void;
  },
): Promise<Sandbox> {
  const { body, tenantId, askedAt, claim, onId } = request;
  checkCreate(body, context.settings);
  await requireSnapshotRoom(context, { tenantId, timeoutAction: readTimeoutAction(body) });
  const pools = await readPoolRequest(context, { tenantId, body, askedAt });
  const snapshotId = body.snapshot_id;
  if (snapshotId !== undefined) {
    const sandbox = await fromSnapshot(context, { tenantId, body, snapshotId });
    return startSandbox(context, {
      sandbox: { ...withTrafficToken(sandbox), warmPool: pools.asked },
      pools,
      claim,
      onId,
    });
  }
  const template = await resolveTemplate(context, { tenantId, ref: body.template });
  const sandbox = fromTemplate(context, { tenantId, body, template });
  return startSandbox(context, {
    sandbox: { ...withTrafficToken(sandbox), warmPool: pools.asked },
    ...{ template, pools, claim, onId },
  });
}

/** What happens at the deadline, in either spelling. */
export function readTimeoutAction({
  timeout_action,
  lifecycle,
}: Pick<CreateSandboxBody, 'timeout_action' | 'lifecycle'>): TimeoutAction {
  return timeout_action ?? (lifecycle?.on_timeout === 'pause' ? 'hibernate' : 'destroy');
}

function fromTemplate(
  { settings }: Context,
  { tenantId, body, template }: { tenantId: string; body: CreateSandboxBody; template: ResolvedTemplate },
): NewSandbox {
  return {
    ...commonFields(tenantId, body),
    ...shapeOf(template, body, settings),
    template: body.template,
    templateId: template.templateId,
    templateBuildId: template.buildId,
    defaultUser: template.user,
    image: template.image,
    cwd: body.cwd ?? (template.workdir || DEFAULT_CWD),
    envs: { ...template.envs, ...body.envs },
    network: (body.network ? changePolicy(null, body.network) : null) as JsonValue,
    internetAccess: body.internet_access ?? true,
  };
}

async function fromSnapshot(
  context: Context,
  { tenantId, body, snapshotId }: { tenantId: string; body: CreateSandboxBody; snapshotId: string },
): Promise<NewSandbox> {
  const saved = await readyToStart(context, { tenantId, snapshotId });
  return {
    ...savedSettings(saved),
    ...commonFields(tenantId, body),
    network: body.network ? (changePolicy(null, body.network) as JsonValue) : saved.network,
    internetAccess: body.internet_access ?? saved.internetAccess,
    sourceId: saved.sandboxId,
    fromSnapshotId: saved.id,
  };
}

function commonFields(tenantId: string, body: CreateSandboxBody) {
  return {
    id: makeId('sandbox'),
    tenantId,
    metadata: body.metadata as Record<string, JsonValue>,
    timeoutMs: body.timeout_ms,
    timeoutAction: readTimeoutAction(body),
    autoResume: body.auto_resume,
    createdAt: Date.now(),
  };
}
