import * as z from 'zod';
import { errorEnvelope } from '../errors/envelope.ts';
import { limits, RESERVED_FOLDER } from '../limits.ts';
import { environment } from './environment.ts';
import { account, isReservedPath, sandboxPath } from './paths.ts';
import { stdinBytes, stdinText } from './stdin-text.ts';

const encoder = new TextEncoder();
const noNul = (text: string) => !text.includes('\0');
const bounded = (bytes: number) => (text: string) => encoder.encode(text).length <= bytes;

/** What to run. Shared by one-shot and live commands. */
export const commandFields = {
  command: z
    .string()
    .min(1, 'must not be empty')
    .refine(noNul, 'must not contain a NUL character')
    .refine(bounded(limits.command_bytes), `must be at most ${limits.command_bytes} bytes`)
    .describe('Program name, looked up on PATH; with shell: a script for the shell.'),
  args: z
    .array(
      z
        .string()
        .refine(noNul, 'must not contain a NUL character')
        .refine(bounded(limits.argument_bytes - 1), `must be at most ${limits.argument_bytes - 1} bytes`),
    )
    .max(limits.arguments)
    .nullish()
    .describe('Exact arguments of the program.'),
  cwd: z
    .union([z.literal(''), sandboxPath])
    .refine((path) => !(path.startsWith('/') && isReservedPath(path)), `must not lie in ${RESERVED_FOLDER}`)
    .nullish()
    .describe("Working directory; a relative one lies below the sandbox's. Default: the sandbox's."),
  envs: environment.nullish().describe("Environment over the sandbox's."),
  shell: z.boolean().nullish().describe('Run command as a script of the shell; args must be empty.'),
  user: account.describe('Account inside the sandbox that it runs as. Null: root.'),
};

/** Shell scripts take no arguments: a caller that gives both means something else. */
export function refuseShellWithArgs(
  value: { shell?: boolean | null; args?: string[] | null },
  context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void },
): void {
  if (value.shell && value.args?.length) {
    context.addIssue({ code: 'custom', path: ['args'], message: 'must be empty together with shell' });
  }
}

export const execTimeoutSecs = z.number().int().min(1).max(limits.exec_timeout_secs);

export const execRequest = z
  .strictObject({
    ...commandFields,
    timeout_secs: execTimeoutSecs
      .default(30)
      .describe('Seconds after which a foreground command and all it started are killed.'),
    background: z.boolean().default(false).describe('Answer as soon as it runs; it has no timeout.'),
    stdin: stdinText
      .nullish()
      .describe(
        'What a foreground command reads from stdin, as UTF-8. Null: nothing. A background one reads a pipe.',
      ),
    stdin_base64: stdinBytes.nullish().describe('Bytes in place of `stdin`.'),
    encoding: z
      .enum(['utf8', 'base64'])
      .default('utf8')
      .describe(
        'How `stdout` and `stderr` of the answer are written: as text, in which bytes that are not UTF-8 are replaced, or exactly, in base64.',
      ),
  })
  .superRefine(refuseShellWithArgs)
  .superRefine(({ background, stdin, stdin_base64 }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (stdin != null && stdin_base64 != null) refuse('stdin_base64', 'must be null together with stdin');
    if (!background || (stdin ?? stdin_base64) == null) return;
    const field = stdin == null ? 'stdin_base64' : 'stdin';
    refuse(field, 'must be null together with background; write to it with POST …/processes/{pid}/stdin');
  });
export type ExecRequest = z.input<typeof execRequest>;
export type ExecBody = z.output<typeof execRequest>;

export const execResult = z.object({
  exit_code: z.number().int().describe('128 + signal when a signal ended it; 127: not found; 124: timeout.'),
  stdout: z.string(),
  stderr: z.string(),
  pid: z.number().int(),
  stdout_truncated: z.boolean().describe(`More than ${limits.output_bytes} bytes were written.`),
  stderr_truncated: z.boolean(),
  timed_out: z.boolean(),
  killed_by: z.enum(['memory', 'processes']).nullable().describe('Guard that ended it.'),
  spawn_us: z.number().int().describe('From the call to the spawned process, timed in the guest.'),
  run_us: z.number().int().describe('From the spawn to the end, timed in the guest.'),
  error: errorEnvelope.shape.error
    .optional()
    .describe('Why the command broke off after the answer had begun, for example because its sandbox ended.'),
});
export type ExecResult = z.infer<typeof execResult>;

export const execStarted = z.object({ pid: z.number().int() });
export type ExecStarted = z.infer<typeof execStarted>;
