import type { Instruction } from '../instruction.ts';
import { ExpandError } from './expand-error.ts';
import { expandWord, type Variables } from './expand-word.ts';
import { readPorts } from './read-ports.ts';
import { refuseLine } from './refuse-line.ts';
import { requireFiles } from './require-files.ts';

/**
 * Fills variables into the instructions that Docker fills them into; commands are left to their shell.
 *
 * @throws {BuildFailure} With the line of what cannot be read or honoured then.
 */
export function expandInstruction(instruction: Instruction, variables: Variables): Instruction {
  try {
    return expand(instruction, variables);
  } catch (error) {
    if (!(error instanceof ExpandError)) throw error;
    return refuseLine(instruction.line ?? 0, error.message);
  }
}

function expand(instruction: Instruction, variables: Variables): Instruction {
  const fill = (text: string) => expandWord(text, variables);
  const required = (text: string) => {
    const filled = fill(text);
    if (filled === '')
      throw new ExpandError(`${text.slice(0, 100)} is empty once its variables are filled in`);
    return filled;
  };
  switch (instruction.kind) {
    case 'env':
      return { ...instruction, variables: mapBoth(instruction.variables, fill) };
    case 'arg':
      return { ...instruction, variables: expandInTurn(instruction.variables, variables) };
    case 'workdir':
      return { ...instruction, path: required(instruction.path) };
    case 'user':
      return { ...instruction, user: required(instruction.user) };
    case 'copy': {
      const { sources, dst, owner } = instruction;
      const expanded = { ...instruction, sources: sources.map(required), dst: required(dst) };
      if (instruction.isAdd) requireFiles(expanded.sources);
      return owner === undefined ? expanded : { ...expanded, owner: required(owner) };
    }
    case 'write': {
      const { content, dst, owner, isPlain } = instruction;
      const expanded = {
        ...instruction,
        dst: required(dst),
        content: isPlain ? content : expandWord(content, variables, { keepQuotes: true }),
      };
      return owner === undefined ? expanded : { ...expanded, owner: required(owner) };
    }
    case 'metadata': {
      const { labels, exposed_ports, volumes, ...rest } = instruction.metadata;
      const metadata = {
        ...rest,
        ...(labels ? { labels: mapBoth(labels, fill) } : {}),
        ...(exposed_ports ? { exposed_ports: exposed_ports.flatMap((port) => readPorts(fill(port))) } : {}),
        ...(volumes ? { volumes: volumes.map(required) } : {}),
      };
      return { ...instruction, metadata };
    }
    default:
      return instruction;
  }
}

/** Each argument may be made of those before it. */
function expandInTurn(values: Record<string, string>, variables: Variables): Record<string, string> {
  const known: Record<string, string> = { ...variables };
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) known[name] = found[name] = expandWord(value, known);
  return found;
}

function mapBoth(values: Record<string, string>, map: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [map(name), map(value)]));
}
