import { refuseLine } from './refuse-line.ts';

const ownSyntax = /^(docker\.io\/)?docker\/dockerfile(-upstream)?(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/;

/** Refuses directives at the top of a Dockerfile that would make it another language. */
export function checkDirectives(lines: string[]): void {
  for (const [at, text] of lines.entries()) {
    const found = /^#\s*([a-z]+)\s*=\s*(\S.*?)\s*$/i.exec(text);
    if (!found) return;
    const [, name = '', value = ''] = found;
    switch (name.toLowerCase()) {
      case 'escape':
        if (value !== '\\') refuseLine(at + 1, 'another escape character is not supported');
        break;
      case 'syntax':
        if (!ownSyntax.test(value))
          refuseLine(at + 1, `the syntax ${value.slice(0, 100)} is not supported: it is another language`);
        break;
      case 'check':
        break;
      default:
        return;
    }
  }
}
