import type { Stage } from '../instruction.ts';
import { ExpandError } from './expand-error.ts';
import { expandInstruction } from './expand-instruction.ts';
import { expandWord } from './expand-word.ts';
import { isOwnPlatform, platform } from './platform.ts';
import { readFlags } from './read-flags.ts';
import type { InstructionSource } from './read-source.ts';
import { refuseLine } from './refuse-line.ts';
import { splitWords } from './split-words.ts';

/** Begins a stage. `globals` are the arguments before the first one. */
export function planFrom(
  source: InstructionSource,
  { stages, globals, index }: { stages: Stage[]; globals: Record<string, string>; index: number },
): Stage {
  const { line } = source;
  const fill = (text: string) => {
    try {
      return expandWord(text, globals);
    } catch (error) {
      if (!(error instanceof ExpandError)) throw error;
      return refuseLine(line, error.message);
    }
  };
  const wanted = readFlags(source, ['platform']).get('platform');
  if (wanted !== undefined && !isOwnPlatform(fill(wanted)))
    refuseLine(
      line,
      `FROM --platform=${fill(wanted).slice(0, 100)} is not supported: builds run on ${platform}, the platform of the host`,
    );
  const [image = '', as, name, ...more] = splitWords(source.text);
  if (image === '') refuseLine(line, 'FROM has no image');
  const isNamed = as !== undefined;
  if (isNamed && (as.toLowerCase() !== 'as' || name === undefined || more.length > 0))
    refuseLine(line, 'FROM takes an image, or an image AS a name');
  if (name !== undefined && !/^[a-z][a-z0-9._-]*$/i.test(name))
    refuseLine(line, `${name.slice(0, 100)} cannot be the name of a stage`);
  const base = fill(image);
  if (base === '')
    refuseLine(
      line,
      `FROM ${image.slice(0, 100)} has no image: an argument before the first FROM has no value`,
    );
  const known = stages.findLastIndex((stage) => stage.name === base.toLowerCase());
  return {
    base: known >= 0 ? known : base,
    name: name?.toLowerCase(),
    instructions: [],
    expand: expandInstruction,
    place: { line, index },
  };
}
