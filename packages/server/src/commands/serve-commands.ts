import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { Call } from '../app/call.ts';
import type { RequestCounter } from '../app/request-counter.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { answerExec } from './answer-exec.ts';
import { HeldAnswers } from './held-answers.ts';
import { serveSocket } from './live/serve-socket.ts';
import { LogReads } from './log-reads.ts';
import { killProcess, listProcesses, writeStdin } from './processes.ts';
import { runCommand, startCommand } from './run-command.ts';

export function serveCommands(app: FastifyInstance, context: Context, streams: RequestCounter): void {
  const held = new HeldAnswers();
  const logReads = new LogReads(context, held);
  const holdOf = ({ tenantId, reply, params }: Call<typeof routes.execCommand>) =>
    held.hold(tenantId, reply.raw, () => {
      const problem = 'it has run, but its large output found no room in the server for too long';
      return new ApiError('exec_failed', { sandbox_id: params.sandbox_id, problem });
    });
  serveRoute(app, context, routes.execCommand, (call) =>
    call.body.background
      ? startCommand(context, addressOf(call), call.body)
      : answerExec(call, runCommand(context, addressOf(call), call.body, holdOf(call))),
  );
  serveRoute(app, context, routes.listProcesses, (call) => listProcesses(context, addressOf(call)));
  serveRoute(app, context, routes.getProcessLogs, (call) =>
    logReads.answer(call, { ...addressOf(call), pid: call.params.pid }),
  );
  serveRoute(app, context, routes.killProcess, (call) =>
    killProcess(context, { ...addressOf(call), pid: call.params.pid }),
  );
  serveRoute(app, context, routes.writeProcessStdin, (call) =>
    writeStdin(context, { ...addressOf(call), pid: call.params.pid }, call.body.data),
  );
  serveSocket(app, context, streams);
}
