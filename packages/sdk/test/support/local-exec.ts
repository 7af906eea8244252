import { spawnSync } from 'node:child_process';
import type { ExecRequest } from '@nullspace/contract';
import { json, type Respond } from './api-server.ts';
import { execRecord, sandboxRecord } from './records.ts';

/** Answers the exec route with what the command does on this machine, inside a folder and with a home of its own. */
export function localExec(home: string): Respond {
  return ({ path, body }, response) => {
    if (!path.endsWith('/exec')) return json(response, 200, sandboxRecord());
    const { command, args, shell, cwd, envs } = body as ExecRequest;
    const { status, stdout, stderr } = spawnSync(command, args ?? [], {
      cwd: cwd ?? home,
      shell: shell ? '/bin/sh' : false,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1', ...envs },
    });
    json(response, 200, execRecord({ exit_code: status ?? 127, stdout: stdout ?? '', stderr: stderr ?? '' }));
  };
}
