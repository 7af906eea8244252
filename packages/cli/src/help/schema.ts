import type { CommandEntry, CommandTable } from '../command-table.ts';
import { exitCodes } from '../errors/exit-code.ts';
import { resolveCommand } from '../resolve.ts';
import { describeParameters, parametersSchema } from './schema-parameters.ts';

/** The whole command line, or the command or group that the words name, as data. */
export async function describeLine(table: CommandTable, words: string[]): Promise<Record<string, unknown>> {
  if (words.length > 0) {
    const resolved = resolveCommand(table, words);
    return resolved.kind === 'group' ? describeGroup(table, resolved.path) : describeCommand(resolved.entry);
  }
  const described = [
    ...Object.keys(table.groups).map((path) => describeGroup(table, path.split(' '))),
    ...(await Promise.all(table.commands.map(describeCommand))),
  ];
  return {
    schema_version: 'v1',
    program: 'nullspace',
    output_versions: ['v1'],
    commands: Object.fromEntries(described.map((command) => [command.id, command])),
    exit_codes: exitCodes,
    error_envelope: errorEnvelope,
  };
}

function describeGroup(table: CommandTable, path: string[]): Record<string, unknown> {
  return {
    ...common(path, 'group', table.groups[path.join(' ')]!),
    help: '',
    examples: [],
    params: [],
    flags: [],
    arguments: [],
  };
}

async function describeCommand(entry: CommandEntry): Promise<Record<string, unknown>> {
  const { command } = await entry.load();
  const params = describeParameters(command);
  return {
    ...common(entry.path, 'command', entry.summary),
    help: command.help ?? '',
    examples: command.examples,
    params,
    flags: params.filter(({ kind }) => kind === 'option'),
    arguments: params.filter(({ kind }) => kind === 'argument'),
    error_codes: exitCodes.filter(({ code }) => code > 0),
    output: command.output,
    json_schema: parametersSchema(params),
  };
}

function common(path: string[], kind: string, summary: string): Record<string, unknown> {
  return {
    id: path.join('.'),
    name: path.at(-1),
    kind,
    path,
    full_path: ['nullspace', ...path].join(' '),
    summary,
  };
}

const errorEnvelope = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'doc_url', 'hint', 'request_id', 'retryable'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        hint: { type: ['string', 'null'] },
        doc_url: { type: 'string' },
        request_id: { type: ['string', 'null'] },
        retryable: { type: ['boolean', 'null'] },
        error_detail: { type: 'object' },
        suggested_action: { type: 'string' },
        details: { type: 'object' },
      },
    },
  },
};
