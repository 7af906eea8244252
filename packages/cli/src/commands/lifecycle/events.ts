import { defineCommand } from '../../command.ts';
import { eventRecord } from '../../output/records/event.ts';
import { eventFilters, pageOptions } from './parameters.ts';

export const command = defineCommand({
  options: [
    ...pageOptions,
    { name: 'order', choices: ['asc', 'desc'], default: 'desc', description: 'Oldest or newest first.' },
    ...eventFilters,
    { name: 'from-time', description: 'Occurred at this RFC 3339 time or later.' },
    { name: 'to-time', description: 'Occurred before this RFC 3339 time.' },
    { name: 'source-sandbox-id', description: 'Only resumes and forks of this sandbox.' },
    { name: 'target-sandbox-id', description: 'Only the resume or fork that made this sandbox.' },
  ],
  examples: [
    'nullspace lifecycle events',
    'nullspace lifecycle events --sandbox-id sb_… --order asc',
    'nullspace lifecycle events --operation destroy --from-time 2026-03-10T12:00:00Z',
  ],
  output: 'json: {events, offset, limit, has_more}',
  async run({ values, terminal }) {
    const { offset, limit } = values;
    const { Lifecycle } = await import('nullspace');
    const page = await Lifecycle.list({
      offset,
      limit,
      order: values.order,
      operation: values.operation,
      status: values.status,
      from: values.fromTime,
      to: values.toTime,
      sandboxId: values.sandboxId,
      snapshotId: values.snapshotId,
      sourceSandboxId: values.sourceSandboxId,
      targetSandboxId: values.targetSandboxId,
    });
    terminal.printJson({ events: page.items.map(eventRecord), offset, limit, has_more: page.hasNext });
  },
});
