import { defineCommand } from '../command.ts';
import { examine } from '../doctor/examine.ts';
import type { Probe } from '../doctor/probe.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { installationOf } from './installation-of.ts';

export const command = defineCommand({
  help:
    'Checks this machine when it is the server, then the services, the API and the key. Exits with 1 when a check\n' +
    'failed; with --json the exit code is 0 and "ok" tells.',
  passthrough: 'settings',
  options: [
    { name: 'sandbox', type: 'flag', description: 'Create a sandbox and run a command in it, too.' },
    { name: 'local', type: 'flag', negatable: true, description: 'Check this machine as the server.' },
  ],
  examples: ['nullspace doctor', 'nullspace doctor --sandbox', 'nullspace doctor --json'],
  output: 'table; --json: {ok, probes: [{name, status, message, fix, details}], next_steps}',
  async run(call) {
    const { values, json, terminal } = call;
    const probes = await examine({
      installation: installationOf(call),
      local: values.local,
      sandbox: values.sandbox === true,
    });
    const failed = probes.filter(({ status }) => status === 'fail');
    if (json) {
      const steps = failed.flatMap(({ fix }) => fix ?? []);
      terminal.printJson({ ok: failed.length === 0, probes, ...(steps.length > 0 && { next_steps: steps }) });
      return 0;
    }
    const marks = { pass: '✓', warn: '!', fail: '✗' };
    const rows = probes.map(({ name, status, message }) => [`${marks[status]} ${name}`, message]);
    const table = await formatTable(['Check', 'Finding'], rows);
    const colours = { '✓': 'green', '!': 'yellow', '✗': 'red' } as const;
    terminal.print(
      table.replace(/(?<=^│ )[✓!✗]/gmu, (mark) =>
        terminal.style(colours[mark as keyof typeof colours], mark),
      ),
    );
    terminal.print(summary(probes));
    for (const { name, message, fix } of failed) {
      terminal.note(printable(`${name}: ${message}. ${fix ?? ''}`.trim()));
    }
    return failed.length === 0 ? 0 : 1;
  },
});

function summary(probes: Probe[]): string {
  const failed = probes.filter(({ status }) => status === 'fail').map(({ name }) => name);
  return failed.length === 0 ? 'All is well.' : `Broken: ${failed.join(', ')}.`;
}
