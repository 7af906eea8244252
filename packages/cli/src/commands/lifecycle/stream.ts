import { defineCommand, type Values } from '../../command.ts';
import { readJsonObject } from '../../input/pairs.ts';
import { eventRecord } from '../../output/records/event.ts';
import type { Terminal } from '../../output/terminal.ts';
import { eventFilters } from './parameters.ts';

export const command = defineCommand({
  help: 'One event a line, oldest first, over broken connections too. Ends with Ctrl-C, --max-events or --timeout.',
  options: [
    ...eventFilters,
    { name: 'live-only', type: 'flag', description: 'Nothing from before.' },
    { name: 'after-event-id', description: 'Begin after this event.' },
    {
      name: 'replay-limit',
      type: 'integer',
      minimum: 0,
      default: 100,
      description: 'Most events from before.',
    },
    { name: 'metadata-json', description: 'Only events with these labels, a JSON object.' },
    { name: 'max-events', type: 'integer', minimum: 1, description: 'End after so many.' },
    { name: 'timeout', type: 'number', minimum: 0, description: 'End after so many seconds.' },
  ],
  examples: [
    'nullspace lifecycle stream',
    'nullspace lifecycle watch --operation destroy --live-only',
    'nullspace lifecycle stream --sandbox-id sb_… --max-events 10 --timeout 60',
  ],
  output: 'json lines: events',
  async run({ values, terminal }) {
    const enough = new AbortController();
    const { timeout } = values;
    const timer = timeout === undefined ? undefined : setTimeout(() => enough.abort(), timeout * 1000);
    try {
      await follow(values, terminal, enough.signal);
    } catch (error) {
      if (!enough.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
  },
});

async function follow(values: Values, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const metadata = readJsonObject(values.metadataJson, '--metadata-json');
  const { Lifecycle } = await import('nullspace');
  const events = Lifecycle.stream({
    operation: values.operation,
    status: values.status,
    sandboxId: values.sandboxId,
    snapshotId: values.snapshotId,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
    liveOnly: values.liveOnly,
    afterEventId: values.afterEventId,
    replayLimit: values.replayLimit,
    signal,
  });
  let count = 0;
  for await (const event of events) {
    terminal.print(JSON.stringify(eventRecord(event)));
    count++;
    if (count === values.maxEvents) return;
  }
}
