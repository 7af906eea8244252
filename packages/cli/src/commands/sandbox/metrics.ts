import { defineCommand } from '../../command.ts';
import { timestamp } from '../../output/records/sandbox.ts';

export const command = defineCommand({
  arguments: [{ name: 'sandbox-id', description: 'Id of the sandbox.' }],
  options: [{ name: 'json', type: 'flag', description: 'JSON on stdout, for errors too.' }],
  examples: ['nullspace sandbox metrics sb_…', 'nullspace sandbox metrics sb_… --json'],
  output: 'one line a sample; --json: array of samples',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const samples = await Sandbox.getMetricsById(values.sandboxId);
    if (json) {
      return terminal.printJson(
        samples.map((sample) => ({
          timestamp: timestamp(sample.timestamp),
          cpu_percent: sample.cpuPercent,
          cpu_count: sample.cpuCount,
          mem_used_bytes: sample.memUsedBytes,
          mem_total_bytes: sample.memTotalBytes,
          disk_used_bytes: sample.diskUsedBytes,
          disk_total_bytes: sample.diskTotalBytes,
          network_rx_bytes: sample.networkRxBytes ?? null,
          network_tx_bytes: sample.networkTxBytes ?? null,
        })),
      );
    }
    if (samples.length === 0) return terminal.print('No samples yet.');
    for (const sample of samples) {
      terminal.print(
        [
          timestamp(sample.timestamp) ?? '',
          `cpu ${sample.cpuPercent.toFixed(1)} % of ${sample.cpuCount * 100} %`,
          `memory ${mib(sample.memUsedBytes)} of ${mib(sample.memTotalBytes)} MiB`,
          `disk ${mib(sample.diskUsedBytes)} of ${mib(sample.diskTotalBytes)} MiB`,
        ].join('  '),
      );
    }
  },
});

const mib = (bytes: number) => Math.round(bytes / 1024 ** 2);
