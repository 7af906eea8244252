import { UsageError } from '../errors/cli-error.ts';
import { arities, baseFlags, settingFlags, stepFlags } from './flags.ts';

/** A step with what stands directly after it. */
export interface StepWords {
  flag: string;
  /** Several where `--copy-src` stands several times before its destination. */
  values: string[];
  modifiers: Record<string, string | true>;
}

/** A definition as its words say it, checked for order and number. */
export interface BuildWords {
  base: { flag: string; value: string | undefined };
  steps: StepWords[];
  settings: Record<string, string[]>;
}

/**
 * Reads the words of a definition from left to right.
 *
 * @throws {UsageError} Naming the word that does not fit.
 */
export function parseFlags(words: string[]): BuildWords {
  let base: BuildWords['base'] | undefined;
  let open: StepWords | undefined;
  const steps: StepWords[] = [];
  const settings: Record<string, string[]> = {};
  for (const { flag, value } of pairs(words)) {
    if (flag in baseFlags) {
      if (base) throw new UsageError(`--${flag}: the template starts from --${base.flag} already.`);
      if (steps.length > 0) throw new UsageError(`--${flag} must stand before the steps.`);
      base = { flag, value };
    } else if (flag === 'copy-src' && open?.flag === flag && !('copy-dst' in open.modifiers)) {
      open.values.push(value!);
    } else if (flag in stepFlags) {
      close(open);
      open = { flag, values: value === undefined ? [] : [value], modifiers: {} };
      steps.push(open);
    } else if (flag in settingFlags) {
      close(open);
      open = undefined;
      add(settings, flag, value ?? '');
    } else {
      modify(open, flag, value);
    }
  }
  close(open);
  if (!base) throw new UsageError(`Say what it starts from: one of ${list(Object.keys(baseFlags))}.`);
  if (base.flag.startsWith('from-dockerfile') && steps.length > 0)
    throw new UsageError(`--${steps[0]!.flag}: with --${base.flag} the steps are those of the Dockerfile.`);
  return { base, steps, settings };
}

function pairs(words: string[]): { flag: string; value: string | undefined }[] {
  const found = [];
  for (let index = 0; index < words.length; index++) {
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(words[index]!);
    if (!match) throw new UsageError(`${JSON.stringify(words[index])} stands behind no flag that takes it.`);
    const [, flag, inline] = match as unknown as [string, string, string | undefined];
    const arity = arities[flag];
    if (!arity) throw new UsageError(`No such option: --${flag}.`);
    if (arity === 'none') {
      if (inline !== undefined) throw new UsageError(`--${flag} takes no value.`);
      found.push({ flag, value: undefined });
      continue;
    }
    const next = words[index + 1];
    const takesNext = inline === undefined && next !== undefined && !next.startsWith('--');
    if (takesNext) index++;
    const value = takesNext ? next : inline;
    if (value === undefined && arity === 'one') throw new UsageError(`--${flag} needs a value.`);
    found.push({ flag, value });
  }
  return found;
}

function modify(step: StepWords | undefined, flag: string, value: string | undefined): void {
  if (!step || !(flag in stepFlags[step.flag]!.modifiers))
    throw new UsageError(`--${flag} must stand directly after ${list(stepsWith(flag))}.`);
  if (flag in step.modifiers) throw new UsageError(`--${flag} stands twice after --${step.flag}.`);
  step.modifiers[flag] = value ?? true;
}

function add(settings: Record<string, string[]>, flag: string, value: string): void {
  if (settings[flag] && !settingFlags[flag]!.multiple) throw new UsageError(`--${flag} is given twice.`);
  settings[flag] = [...(settings[flag] ?? []), value];
}

function close(step: StepWords | undefined): void {
  const needs = step && stepFlags[step.flag]!.needs;
  if (needs && !(needs in step.modifiers))
    throw new UsageError(`--${step.flag} needs a --${needs} after it.`);
}

const stepsWith = (modifier: string) =>
  Object.keys(stepFlags).filter((flag) => modifier in stepFlags[flag]!.modifiers);
const list = (flags: string[]) => flags.map((flag) => `--${flag}`).join(', ');
