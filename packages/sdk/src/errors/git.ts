import { SandboxError } from './sandbox-error.ts';

/** Thrown when `git` ended with an error, or could not be asked so. `stderr` has its words. */
export class GitError extends SandboxError {
  override readonly name: string = 'GitError';
  readonly exitCode: number;
  readonly stderr: string;

  constructor(message: string, { exitCode, stderr }: { exitCode: number; stderr: string }) {
    super(message, { code: 'git_error', details: { exit_code: exitCode, stderr } });
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** What `git` itself answers to a wrong use. */
const usageExitCode = 128;

export function gitUsage(message: string): GitError {
  return new GitError(message, { exitCode: usageExitCode, stderr: '' });
}
