import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from '@connectrpc/connect';
import { host as proto } from '@nullspace/proto';
import type { HostContext } from './context.ts';
import { createInstance } from './create/create-instance.ts';
import { readDeadlineAction } from './deadline/action.ts';
import { setDeadline } from './deadline/set-deadline.ts';
import { describeHost } from './describe-host.ts';
import { forgetInstances } from './end/forget.ts';
import { killInstance } from './end/kill-instance.ts';
import { HostError, isDiskFull, toConnectError } from './errors.ts';
import { presentInstance } from './instance/present.ts';
import type { InstanceRecord } from './instance/record.ts';
import { watchInstances } from './watch-instances.ts';

/** HostService of one host. */
export function createRoutes(host: HostContext): (router: ConnectRouter) => void {
  const guarded =
    <Request, Answer>(handle: (request: Request, context: HandlerContext) => Promise<Answer>) =>
    async (request: Request, context: HandlerContext): Promise<Answer> => {
      try {
        return await handle(request, context);
      } catch (error) {
        throw explain(host, error, context.method.name);
      }
    };
  const present = (record: InstanceRecord) => ({ instance: presentInstance(record) });
  return (router) => {
    router.service(proto.HostService, {
      getHost: guarded(async () => create(proto.GetHostResponseSchema, await describeHost(host))),
      createInstance: guarded(async (request: proto.CreateInstanceRequest) =>
        create(proto.CreateInstanceResponseSchema, present(await createInstance(host, request))),
      ),
      getInstance: guarded(async ({ sandboxId }: proto.GetInstanceRequest) => {
        const { published, record } = host.registry.get(sandboxId);
        return create(proto.GetInstanceResponseSchema, present(published ?? record));
      }),
      listInstances: guarded(async () =>
        create(proto.ListInstancesResponseSchema, {
          instances: host.registry.published().map(presentInstance),
        }),
      ),
      killInstance: guarded(async ({ sandboxId, reason }: proto.KillInstanceRequest) =>
        create(proto.KillInstanceResponseSchema, present(await killInstance(host, { sandboxId, reason }))),
      ),
      setDeadline: guarded(async (request: proto.SetDeadlineRequest) => {
        const record = await setDeadline(host, {
          sandboxId: request.sandboxId,
          deadlineUnixMs: Number(request.deadlineUnixMs),
          action: readDeadlineAction(request.deadlineAction),
        });
        return create(proto.SetDeadlineResponseSchema, present(record));
      }),
      watchInstances: (_request, context) => watchInstances(host, context.signal),
      forgetInstances: guarded(async ({ sandboxIds }: proto.ForgetInstancesRequest) => {
        await forgetInstances(host, sandboxIds);
        return create(proto.ForgetInstancesResponseSchema);
      }),
    });
  };
}

function explain(host: HostContext, error: unknown, method: string): ConnectError {
  if (error instanceof HostError) return toConnectError(error);
  if (isDiskFull(error))
    return toConnectError(new HostError('disk_full', "the host's disk is full", { cause: error }));
  host.log.error({ method, err: error }, 'call failed');
  return new ConnectError('the host failed; its log says why', Code.Internal);
}
