import type { CommandTable } from '../command-table.ts';
import { optionsOf } from '../parse/build.ts';
import { membersOf } from '../resolve.ts';

/** Completion code for bash, zsh or fish: words of groups, options of commands. */
export async function completionScript(table: CommandTable, shell: 'bash' | 'zsh' | 'fish'): Promise<string> {
  const candidates = await listCandidates(table);
  if (shell === 'fish') return fish(candidates);
  const body = bash(candidates);
  return shell === 'bash' ? body : `#compdef nullspace\nautoload -U +X bashcompinit && bashcompinit\n${body}`;
}

async function listCandidates(table: CommandTable): Promise<Map<string, string[]>> {
  const candidates = new Map<string, string[]>();
  for (const path of ['', ...Object.keys(table.groups)]) {
    const members = membersOf(table, path === '' ? [] : path.split(' '));
    candidates.set(path, [...members.flatMap(({ name }) => name.split(', ')), '--help']);
  }
  for (const entry of table.commands) {
    const { command } = await entry.load();
    const flags = optionsOf(command).flatMap(({ name, negatable }) =>
      negatable ? [`--${name}`, `--no-${name}`] : [`--${name}`],
    );
    const choices = (command.arguments ?? []).flatMap((argument) => argument.choices ?? []);
    for (const last of [entry.path.at(-1)!, ...(entry.aliases ?? [])]) {
      candidates.set([...entry.path.slice(0, -1), last].join(' '), [...choices, ...flags, '--help']);
    }
  }
  return candidates;
}

function bash(candidates: Map<string, string[]>): string {
  const cases = [...candidates].map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`);
  return `_nullspace() {
  local path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) _nullspace_words "\${path:+$path }$word" && path="\${path:+$path }$word" ;; esac
  done
  _nullspace_words "$path"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
_nullspace_words() {
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}
complete -o default -F _nullspace nullspace
`;
}

function fish(candidates: Map<string, string[]>): string {
  const lines = [...candidates].map(([path, words]) => {
    const condition = `test (string join ' ' (commandline -opc | string match -v -- '-*')[2..-1]) = '${path}'`;
    return `complete -c nullspace -f -n "${condition}" -a '${words.join(' ')}'`;
  });
  return `${lines.join('\n')}\n`;
}
