import type * as z from 'zod';

/** One thing that a schema found wrong. */
export interface Issue {
  /** Kind of the problem, as zod names it. */
  keyword?: string;
  message?: string;
  params?: {
    keys?: string[];
    origin?: string;
    minimum?: number | bigint;
    maximum?: number | bigint;
    inclusive?: boolean;
    expected?: string;
    values?: unknown[];
    issues?: { message?: string }[];
  };
}

/** How zod begins what it says when a schema has no words of its own. */
const unworded = /^(Too (small|big)|Invalid |Unrecognized )/;

const units: Record<string, string> = { string: ' characters', array: ' entries', set: ' entries' };
const kinds: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};
const nameOf = (kind: string) => kinds[kind] ?? kind;

/** What is wrong with a field, in words that follow its name: "must be at least 1". */
export function describeIssue({ keyword, message = 'is wrong', params = {} }: Issue): string {
  if (!unworded.test(message)) return message;
  const { origin = '', minimum, maximum, inclusive = true, expected = '', values = [] } = params;
  const verb = origin in units ? 'must have' : 'must be';
  const unit = units[origin] ?? '';
  switch (keyword) {
    case 'too_small':
      return `${verb} ${inclusive ? 'at least' : 'more than'} ${minimum}${unit}`;
    case 'too_big':
      return `${verb} ${inclusive ? 'at most' : 'less than'} ${maximum}${unit}`;
    case 'invalid_type':
      return describeType(expected, message);
    case 'invalid_value':
      return `must be ${values.length > 1 ? 'one of ' : ''}${values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'unrecognized_keys':
      return 'is not known here';
    case 'invalid_key':
      return params.issues?.[0]?.message ?? message;
    default:
      return message;
  }
}

function describeType(expected: string, message: string): string {
  const received = /received (\w+)$/.exec(message)?.[1] ?? '';
  if (received === 'undefined') return 'is missing';
  const found = received === '' || received === expected ? '' : `; it is ${nameOf(received)}`;
  const isFraction = expected === 'int' && received === 'number';
  return `must be ${nameOf(expected)}${isFraction ? '' : found}`;
}

/** The same of what zod itself reports; `whole` is the name of what has no field. */
export function describeZodIssue(
  issue: z.core.$ZodIssue | undefined,
  whole: string,
): { field: string; message: string } {
  if (!issue) return { field: whole, message: 'is wrong' };
  const { code: keyword, message, path, ...rest } = issue;
  const params = rest as NonNullable<Issue['params']>;
  const named = keyword === 'unrecognized_keys' ? params.keys?.slice(0, 1) : undefined;
  const field = [...path.map(String), ...(named ?? [])].join('.') || whole;
  return { field, message: describeIssue({ keyword, message, params }) };
}
