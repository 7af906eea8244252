import { defineCommand } from '../command.ts';
import { completionScript } from '../help/completion-script.ts';

export const command = defineCommand({
  arguments: [{ name: 'shell', description: 'Shell to complete in.', choices: ['bash', 'zsh', 'fish'] }],
  examples: [
    'nullspace completion bash > /etc/bash_completion.d/nullspace',
    'nullspace completion zsh > ~/.zfunc/_nullspace',
    'nullspace completion fish > ~/.config/fish/completions/nullspace.fish',
  ],
  output: 'script',
  async run({ values, terminal, table }) {
    terminal.write(await completionScript(table, values.shell));
  },
});
