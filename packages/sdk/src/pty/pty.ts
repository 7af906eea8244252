import type { Terminal } from '@nullspace/contract';
import { date } from '../client/date.ts';
import type { CallOptions } from '../client/options.ts';
import { pathId } from '../client/path-id.ts';
import { commandFields } from '../commands/exec-body.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { PtySession } from './session.ts';
import type { ConnectPtyOptions, CreatePtyOptions, PtyInfo } from './types.ts';

/** `sandbox.pty`: terminals inside a sandbox, for programs that want one: shells, editors, `top`, prompts. */
export class Pty {
  #scope: SandboxScope;

  constructor(scope: SandboxScope) {
    this.#scope = scope;
  }

  /** Starts a terminal, by default with the login shell, 120 columns and 30 rows. */
  create({ cols = 120, rows = 30, command, ...options }: CreatePtyOptions = {}): Promise<PtySession> {
    const { onData, signal, ...asked } = options;
    const fields = command === undefined ? withoutCommand(asked) : commandFields(command, asked);
    return PtySession.open(
      this.#scope,
      { type: 'pty_start', id: 'pty', cols, rows, ...fields },
      { onData, signal },
    );
  }

  /**
   * Attaches to a session by its id, or by the process id of its program. Output begins with what the terminal
   * showed last, up to the server's scrollback. Several programs can be attached at once.
   * @throws NotFoundError when there is no such session.
   */
  connect(session: string | number, options: ConnectPtyOptions = {}): Promise<PtySession> {
    const which = typeof session === 'number' ? { pid: session } : { session_id: session };
    return PtySession.open(this.#scope, { type: 'pty_connect', id: 'pty', ...which }, options);
  }

  /** Sessions that run. */
  async list(options: CallOptions = {}): Promise<PtyInfo[]> {
    const found = await this.#scope.client.json<Terminal[]>('GET', `${this.#scope.path}/pty`, options);
    return found.map(readTerminal);
  }

  /** One session. @throws NotFoundError when there is none of this id. */
  async get(sessionId: string, options: CallOptions = {}): Promise<PtyInfo> {
    return readTerminal(await this.#scope.client.json<Terminal>('GET', this.#path(sessionId), options));
  }

  /** Changes the size of a session without attaching to it. */
  async resize(sessionId: string, cols: number, rows: number, options: CallOptions = {}): Promise<void> {
    const json = { cols, rows };
    await this.#scope.client.send('POST', `${this.#path(sessionId)}/resize`, { ...options, json });
  }

  /** Ends a session and all that runs in it. */
  async kill(sessionId: string, options: CallOptions = {}): Promise<void> {
    await this.#scope.client.send('DELETE', this.#path(sessionId), options);
  }

  #path(sessionId: string): string {
    return `${this.#scope.path}/pty/${pathId('session', sessionId)}`;
  }
}

function withoutCommand(options: Parameters<typeof commandFields>[1]): object {
  const { command: _, ...fields } = commandFields('', options);
  return fields;
}

function readTerminal(wire: Terminal): PtyInfo {
  return {
    sessionId: wire.session_id,
    pid: wire.pid,
    cols: wire.cols,
    rows: wire.rows,
    command: wire.command,
    startedAt: date(wire.started_at),
    exitCode: wire.exit_code ?? undefined,
  };
}
