import { defineCommand } from '../command.ts';
import { stop } from '../services/stop.ts';
import { installationOf } from './installation-of.ts';

export const command = defineCommand({
  help: 'Kills every sandbox, ends server and host, and removes networks and mounts. Nothing is left running.',
  passthrough: 'settings',
  options: [
    {
      name: 'keep-sandboxes',
      type: 'flag',
      description: 'Sandboxes go on running; "nullspace up" takes them over.',
    },
  ],
  examples: ['nullspace stop', 'nullspace stop --keep-sandboxes'],
  output: 'one line a service; --json: {sandboxes_killed, services}',
  async run(call) {
    const { json, terminal, values } = call;
    const { sandboxesKilled, services } = await stop(installationOf(call), {
      keepSandboxes: values.keepSandboxes === true,
    });
    if (json) {
      terminal.printJson({ sandboxes_killed: sandboxesKilled ?? null, services });
      return;
    }
    if (sandboxesKilled)
      terminal.print(`${sandboxesKilled} ${sandboxesKilled === 1 ? 'sandbox' : 'sandboxes'} killed`);
    for (const { name, outcome } of services) terminal.print(`${name} ${outcome.replace('_', ' ')}`);
  },
});
