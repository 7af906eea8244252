import type { CommandTable } from '../command-table.ts';
import { membersOf } from '../resolve.ts';

const examples = [
  'nullspace up',
  'nullspace sandbox create --template base --timeout 600',
  'nullspace sandbox exec sb_… --shell "echo hello; nproc"',
  'nullspace sandbox list --json',
];

/** Help of the program or of a group. */
export function groupHelp(table: CommandTable, path: string[]): string {
  const program = ['nullspace', ...path].join(' ');
  const members = membersOf(table, path);
  const width = Math.max(...members.map(({ name }) => name.length)) + 2;
  const lines = [
    `Usage: ${program} ${path.length === 0 ? '[options] ' : ''}<command>`,
    '',
    path.length === 0
      ? 'Isolated Linux computers for agents, on your own machine.'
      : table.groups[path.join(' ')]!,
    '',
    'Commands:',
    ...members.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    'Options:',
    ...(path.length === 0
      ? [
          '  --version              Print the version.',
          '  --output-version v1    Version of the JSON output.',
        ]
      : []),
    '  --help                 Show this text. Every command has it, with examples.',
  ];
  if (path.length === 0) lines.push('', 'Examples:', ...examples.map((line) => `  ${line}`));
  return lines.join('\n');
}
