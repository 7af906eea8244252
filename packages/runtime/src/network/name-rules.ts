/** Which names a policy allows. Names have canonical form: lower case, no dot at the end. */
export interface NameRules {
  allows(name: string): boolean;
}

/** Label by label as programs write them; a leading "*." stands for every name below. */
const PATTERN = /^(\*\.)?[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+$/;
const LONGEST = 253;

/** A name of a policy in canonical form; undefined for what is none, addresses included. */
export function canonicalName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  return PATTERN.test(name) && name.length <= LONGEST && !/\.\d+$/.test(name) ? name : undefined;
}

export function createNameRules(names: readonly string[]): NameRules {
  const exact = new Set(names.filter((name) => !name.startsWith('*.')));
  const above = new Set(names.filter((name) => name.startsWith('*.')).map((name) => name.slice(2)));
  return {
    allows(name) {
      if (exact.has(name)) return true;
      for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
        if (dot > 0 && above.has(name.slice(dot + 1))) return true;
      }
      return false;
    },
  };
}
