import { defineCommand } from '../../command.ts';
import { formatTable } from '../../output/table.ts';
import { describeDisk } from '../../services/disk.ts';
import { installationOf } from '../installation-of.ts';

export const command = defineCommand({
  help: 'Images, instances, snapshots and what operations under way have written, the largest first. Needs root.',
  passthrough: 'settings',
  examples: ['nullspace host df', 'nullspace host df --json'],
  output: 'table; --json: {free_bytes, total_bytes, uses}',
  async run(call) {
    const { json, terminal } = call;
    const disk = await describeDisk(installationOf(call));
    if (json) {
      terminal.printJson(disk);
      return;
    }
    const rows = disk.uses.map(({ kind, id, bytes }) => [kind, id, inMib(bytes)]);
    terminal.print(await formatTable(['Kind', 'Id', 'Size'], rows));
    terminal.print(`${inMib(disk.free_bytes)} of ${inMib(disk.total_bytes)} free`);
  },
});

function inMib(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
