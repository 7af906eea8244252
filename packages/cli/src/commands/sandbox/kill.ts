import { defineCommand } from '../../command.ts';

export const command = defineCommand({
  help: 'Everything in it is gone.',
  arguments: [{ name: 'sandbox-id', description: 'Id of the sandbox.' }],
  options: [{ name: 'json', type: 'flag', description: 'JSON on stdout, for errors too.' }],
  examples: ['nullspace sandbox kill sb_…'],
  output: 'text; --json: {id, status}',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    await Sandbox.killById(values.sandboxId);
    if (json) terminal.printJson({ id: values.sandboxId, status: 'destroyed' });
    else terminal.print(`Sandbox ${values.sandboxId} destroyed.`);
  },
});
