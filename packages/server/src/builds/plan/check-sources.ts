import type { ContextEntry } from '@nullspace/contract';
import { ContextTree } from './context-tree.ts';
import type { Stage } from './instruction.ts';

/**
 * Refuses copies of what is not in the build context, as far as their sources hold no variables.
 *
 * @throws {BuildFailure}
 */
export function checkSources(stages: Stage[], files: ContextEntry[]): void {
  const tree = new ContextTree(files);
  for (const instruction of stages.flatMap((stage) => stage.instructions)) {
    if (instruction.kind !== 'copy' || instruction.from !== undefined) continue;
    for (const source of instruction.sources) if (!source.includes('$')) tree.find(source, instruction);
  }
}
