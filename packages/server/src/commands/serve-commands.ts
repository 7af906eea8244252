import { routes, signalNumbers } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { Call } from '../app/call.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { answerExec } from './answer-exec.ts';
import { HeldAnswers } from './held-answers.ts';
import { LogReads } from './log-reads.ts';
import { describeProcess, listProcesses, signalProcess, writeStdin } from './processes.ts';
import { runCommand, startCommand } from './run-command.ts';
import { streamOutput } from './stream-output.ts';

export function serveCommands(app: FastifyInstance, context: Context): void {
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
    signalProcess(context, { ...addressOf(call), pid: call.params.pid }, signalNumbers.SIGKILL),
  );
  serveRoute(app, context, routes.writeProcessStdin, (call) => {
    const { data, data_base64, close } = call.body;
    const bytes = data_base64 == null ? Buffer.from(data ?? '', 'utf8') : Buffer.from(data_base64, 'base64');
    return writeStdin(context, { ...addressOf(call), pid: call.params.pid }, { data: bytes, close });
  });
  serveRoute(app, context, routes.getProcess, (call) =>
    describeProcess(context, { ...addressOf(call), pid: call.params.pid }),
  );
  serveRoute(app, context, routes.signalProcess, (call) => {
    const { signal } = call.body;
    const number = typeof signal === 'number' ? signal : signalNumbers[signal];
    return signalProcess(context, { ...addressOf(call), pid: call.params.pid }, number);
  });
  serveRoute(app, context, routes.streamProcessOutput, (call) => streamOutput(context, call));
}
