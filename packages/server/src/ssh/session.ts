import type ssh2 from 'ssh2';
import { ApiError } from '../api-error.ts';
import type { AgentForward } from './agent-forward.ts';
import { Controls } from './controls.ts';
import type { Pty, Wish } from './program.ts';
import type { RelayConnection } from './relay-connection.ts';
import { runProgram } from './run-program.ts';
import { sayFailure } from './say-failure.ts';

/** Variables that a client may set, and their bytes together. */
const MOST_VARIABLES = 128;
const MOST_VARIABLE_BYTES = 64 * 1024;
const MOST_SIDE = 65_535;

/** Serves one session of a connection: a shell, a command or SFTP. */
export function serveSession(connection: RelayConnection, session: ssh2.Session, agent: AgentForward): void {
  const env: Record<string, string> = {};
  let agentSocket: Promise<string> | undefined;
  const controls = new Controls(connection);
  let bytes = 0;
  let pty: Pty | undefined;
  session.on('env', (accept, reject, { key, val }: { key: string; val: string }) => {
    bytes += key.length + val.length;
    const fits = bytes <= MOST_VARIABLE_BYTES && Object.keys(env).length < MOST_VARIABLES;
    if (!fits || !/^[A-Za-z_]\w*$/.test(key) || val.includes('\0')) return reject?.();
    env[key] = val;
    accept?.();
  });
  session.on('pty', (accept, _reject, info) => {
    pty = sizeOf(info);
    const { term } = info as unknown as { term?: string };
    if (term && !term.includes('\0')) env.TERM = term;
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    accept?.();
    const size = sizeOf(info);
    if (pty) pty = size;
    controls.resize(size);
  });
  session.on('signal', (accept, _reject, { name }) => {
    accept?.();
    controls.signal(name);
  });
  session.on('auth-agent', (accept) => {
    // Programs may run without it, and answers have to come in the order of their questions.
    accept?.();
    agentSocket ??= agent.open();
    agentSocket.catch((error) =>
      connection.context.log.info({ err: error }, 'an SSH agent is not forwarded'),
    );
  });
  const collectEnv = async () => {
    const found = await agentSocket?.catch(() => undefined);
    return { ...env, ...connection.way, ...(found === undefined ? {} : { SSH_AUTH_SOCK: found }) };
  };
  const run = (channel: ssh2.ServerChannel, wish: Wish) =>
    void serveChannel(connection, { channel, wish, env: collectEnv, pty, controls });
  session.on('shell', (accept) => run(accept(), { kind: 'shell' }));
  session.on('exec', (accept, _reject, { command }) => run(accept(), { kind: 'exec', command }));
  session.on('subsystem', (accept, reject, { name }) => {
    if (name === 'sftp') run(accept(), { kind: 'sftp' });
    else reject();
  });
}

async function serveChannel(
  connection: RelayConnection,
  {
    channel,
    ...program
  }: {
    channel: ssh2.ServerChannel;
    wish: Wish;
    env: () => Promise<Record<string, string>>;
    pty: Pty | undefined;
    controls: Controls;
  },
): Promise<void> {
  const { channels, sessions, context, gone } = connection;
  for (const all of [channels, sessions]) {
    all.add(channel);
    channel.once('close', () => all.delete(channel));
  }
  channel.on('error', () => undefined);
  try {
    await runProgram(connection, channel, program);
  } catch (error) {
    if (gone.aborted) return;
    context.log.info({ err: error, access_id: connection.access?.id }, 'an SSH session failed');
    const why = error instanceof ApiError ? error.message : 'the session failed on the server';
    sayFailure(channel, why);
  }
}

function sizeOf({ cols, rows }: { cols: number; rows: number }): Pty {
  const side = (value: number, unset: number) => (value > 0 ? Math.min(value, MOST_SIDE) : unset);
  return { columns: side(cols, 80), rows: side(rows, 24) };
}
