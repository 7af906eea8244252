import type { Stage } from '../instruction.ts';
import { refuseLine } from './refuse-line.ts';

/**
 * An earlier stage by its name or number, written as its number; any other text is an image.
 *
 * @param stages All until now; the last one is being read.
 */
export function stageNamed(name: string, stages: Stage[], line: number): string {
  const earlier = stages.slice(0, -1);
  const at = earlier.findLastIndex((stage) => stage.name === name.toLowerCase());
  if (at >= 0) return String(at);
  if (stages.at(-1)?.name === name.toLowerCase()) refuseLine(line, `stage ${name} cannot copy from itself`);
  if (!/^\d+$/.test(name)) return name;
  if (Number(name) >= earlier.length)
    refuseLine(line, `there is no earlier stage ${name.slice(0, 20)}; those before it are numbered from 0`);
  return String(Number(name));
}
