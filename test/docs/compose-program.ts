import type { Language, Snippet } from './extract-snippets.ts';

/** Stands in the output in front of what a block prints; no snippet prints this character. */
const mark = '\u241e';

/** One program of the blocks of a page in one language, which print a mark with their name before they begin. */
export function composeProgram(snippets: Snippet[], language: Language): string {
  const own = snippets.filter((snippet) => snippet.language === language);
  if (language === 'python')
    return own.map((snippet) => `print("${mark}${snippet.name}", flush=True)\n${snippet.code}`).join('\n');
  if (language === 'bash') {
    return `set -euo pipefail\n${own.map((snippet) => `echo '${mark}${snippet.name}'\n${snippet.code}`).join('\n')}`;
  }
  const imports = new Map<string, Set<string>>();
  const bodies = own.map((snippet) => {
    const code = liftImports(snippet.code, imports);
    return `console.log('${mark}${snippet.name}');\n${code}`;
  });
  const heads = [...imports].map(
    ([module, names]) => `import { ${[...names].join(', ')} } from '${module}';`,
  );
  return `${heads.join('\n')}\n${bodies.join('\n')}`;
}

/** What each block printed, by its name. A block that was not reached is missing. */
export function splitOutput(output: string): Map<string, string> {
  const parts = output.split(mark).slice(1);
  return new Map(
    parts.map((part): [string, string] => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)];
    }),
  );
}

/** Whether an output is the expected one; `…` in a line stands for any text. Blanks at the end do not count. */
export function matchesOutput(output: string, expected: string): boolean {
  const pattern = expected.trimEnd().split('…').map(escapePattern).join('[^\\n]*');
  return new RegExp(`^${pattern}$`).test(output.trimEnd());
}

/** Several blocks may import the same name, a module only once. */
function liftImports(code: string, imports: Map<string, Set<string>>): string {
  return code.replace(/^import \{([^}]+)\} from '([^']+)';\n/gm, (_, names: string, module: string) => {
    const known = imports.get(module) ?? new Set();
    for (const name of names.split(',')) if (name.trim()) known.add(name.trim());
    imports.set(module, known);
    return '';
  });
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
