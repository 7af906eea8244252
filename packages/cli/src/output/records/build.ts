import type { BuildInfo, BuildLogEntry, BuildState } from 'nullspace';
import { snakeCase } from './snake-case.ts';
import { templateRecord } from './template.ts';

/** A build as the CLI prints it in JSON: the API's names. */
export function buildRecord({ buildConfig, failure, ...info }: BuildInfo): Record<string, unknown> {
  const { memoryMb, ...config } = buildConfig;
  return {
    ...snakeCase(info),
    build_config: snakeCase({ ...config, memory_mib: memoryMb }),
    ...(failure && { error_detail: snakeCase(failure) }),
  };
}

/** An entry of a log as the CLI prints it in JSON. */
export function logEntryRecord({ result, failure, ...entry }: BuildLogEntry): Record<string, unknown> {
  return {
    ...snakeCase(entry),
    ...(failure && { error_detail: snakeCase(failure) }),
    ...(result && { result: templateRecord(result) }),
  };
}

/** A build with its log. */
export function stateRecord({ build, entries, nextOffset }: BuildState): Record<string, unknown> {
  return { build: buildRecord(build), entries: entries.map(logEntryRecord), next_offset: nextOffset };
}
