import { loginFile, updateConfiguration } from '../../client-configuration/file.ts';
import { defineCommand } from '../../command.ts';
import { UsageError } from '../../errors/cli-error.ts';
import { readSecret } from '../../input/secret.ts';

export const command = defineCommand({
  help: 'Asks for the key without showing it, and stores it in ~/.nullspace/config.json. Does not contact the server.',
  options: [{ name: 'api-url', description: 'Address of the server, stored too.' }],
  examples: ['nullspace auth login', 'nullspace auth login --api-url https://sandboxes.example.com'],
  output: 'two lines',
  async run({ values, terminal, json }) {
    const url = values.apiUrl as string | undefined;
    if (url !== undefined && !isServerAddress(url)) {
      throw new UsageError(`--api-url must be an http or https address; it is ${JSON.stringify(url)}.`);
    }
    const key = (await readSecret('API key: ')).trim();
    if (key === '') throw new UsageError('The API key is empty.');
    const file = loginFile();
    updateConfiguration(file, {
      api_key: key,
      ...(url !== undefined && { base_url: url.replace(/\/+$/, '') }),
    });
    if (json) return terminal.printJson({ file });
    terminal.print(`API key stored in ${file}`);
    terminal.print('Try it with: nullspace doctor');
  },
});

function isServerAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).hostname !== '';
}
