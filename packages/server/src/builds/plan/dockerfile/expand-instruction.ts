import type { Instruction } from '../instruction.ts';
import { expandWord } from './expand-word.ts';

/** Fills variables into the instructions that Docker fills them into; commands are left to their shell. */
export function expandInstruction(instruction: Instruction, variables: Record<string, string>): Instruction {
  const expand = (text: string) => expandWord(text, variables);
  switch (instruction.kind) {
    case 'env':
    case 'arg':
      return { ...instruction, variables: mapValues(instruction.variables, expand) };
    case 'workdir':
      return { ...instruction, path: expand(instruction.path) };
    case 'user':
      return { ...instruction, user: expand(instruction.user) };
    case 'copy': {
      const { sources, dst, owner } = instruction;
      const expanded = { ...instruction, sources: sources.map(expand), dst: expand(dst) };
      return owner === undefined ? expanded : { ...expanded, owner: expand(owner) };
    }
    case 'metadata': {
      const { labels, exposed_ports, ...rest } = instruction.metadata;
      const metadata = {
        ...rest,
        ...(labels ? { labels: mapValues(labels, expand) } : {}),
        ...(exposed_ports ? { exposed_ports: exposed_ports.map(expand) } : {}),
      };
      return { ...instruction, metadata };
    }
    default:
      return instruction;
  }
}

function mapValues(values: Record<string, string>, map: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
