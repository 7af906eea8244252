import { BuildError, type BuildFailure } from '../../errors/build.ts';
import { errorByCode } from '../../errors/by-code.ts';
import type { SandboxError } from '../../errors/sandbox-error.ts';
import type { BuildLogEntry, BuildState } from './types.ts';

const lastKinds = new Set<BuildLogEntry['kind']>(['end', 'error', 'cancelled']);

/** Whether a build is over with an entry. */
export function isLast(entry: BuildLogEntry | undefined): boolean {
  return entry !== undefined && lastKinds.has(entry.kind);
}

/** Whether a build is over and its whole log was seen; a long log comes in parts. */
export function isSettled({ build, entries }: BuildState): boolean {
  const over = build.status === 'ready' || build.status === 'error' || build.status === 'cancelled';
  return over && (entries.length === 0 || isLast(entries.at(-1)));
}

/**
 * The last entry of a build that succeeded.
 *
 * @throws BuildError when it failed, was cancelled, or its log broke off.
 */
export function successOf(last: BuildLogEntry | undefined): BuildLogEntry {
  if (last?.kind === 'end') return last;
  if (last && isLast(last)) throw failedBuild(last.message, last.failure, last.buildId);
  const where = last ? ` ${last.buildId}: TemplateBuild.connect follows it` : '';
  throw new BuildError(`The log ended before the build${where}.`, { details: { build_id: last?.buildId } });
}

/** The error that a build ended with. */
export function failedBuild(
  message: string | undefined,
  failure: BuildFailure | undefined,
  buildId: string,
): SandboxError {
  const fields = {
    requestId: failure?.requestId,
    retryable: failure?.retryable,
    suggestedAction: failure?.suggestedAction,
    details: { build_id: buildId, ...failure?.details },
  };
  const text = failure?.message || message || 'The build failed.';
  const code = failure?.code ?? 'build_error';
  return code === 'build_error'
    ? new BuildError(text, { ...fields, failure })
    : errorByCode(text, code, fields);
}
