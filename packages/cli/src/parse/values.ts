import { UsageError } from '../errors/cli-error.ts';

/** What a text given for an argument or an option may be. */
export interface ValueRule {
  /** How messages name it: `--limit` or `SANDBOX_ID`. */
  label: string;
  type?: 'text' | 'integer' | 'number' | 'flag';
  choices?: string[];
  minimum?: number;
  maximum?: number;
}

/** Reads the text given for an argument or option, or refuses it with the bound. Choices match in any letter case. */
export function readValue(text: string, rule: ValueRule): string | number {
  const { label, choices, type, minimum = -Infinity, maximum = Infinity } = rule;
  const refuse = (what: string) => new UsageError(`${label} must be ${what}; it is ${JSON.stringify(text)}.`);
  if (choices) {
    const match = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (match === undefined) throw refuse(`one of ${choices.join(', ')}`);
    return match;
  }
  if (type !== 'integer' && type !== 'number') return text;
  const pattern = type === 'integer' ? /^-?\d{1,15}$/ : /^-?\d{1,15}(\.\d+)?$/;
  const value = Number(text);
  if (!pattern.test(text) || value < minimum || value > maximum) {
    throw refuse(`${type === 'integer' ? 'a whole number' : 'a number'}${bounds(minimum, maximum)}`);
  }
  return value;
}

/** `sandbox-id` → `SANDBOX_ID`. */
export function argumentLabel(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

function bounds(minimum: number, maximum: number): string {
  if (minimum > -Infinity && maximum < Infinity) return ` from ${minimum} to ${maximum}`;
  if (minimum > -Infinity) return `, at least ${minimum}`;
  return maximum < Infinity ? `, at most ${maximum}` : '';
}
