import { defineCommand } from '../../command.ts';
import { UploadFailed } from '../../errors/upload-failed.ts';
import { readUpload } from '../../input/upload.ts';
import { TransferProgress } from '../../output/progress.ts';
import { planRecord, uploadRecord } from '../../output/records/upload.ts';
import { openSandbox } from './open.ts';
import { jsonOption, sandboxId, userOption } from './parameters.ts';

const modes = ['auto', 'always', 'never'];

export const command = defineCommand({
  help:
    'SOURCE is a file, a directory or - for stdin, which needs a DESTINATION. A destination that ends with / is a\n' +
    'directory. What .nullspaceignore in a directory names stays away. An upload that broke off goes on with --resume.',
  arguments: [
    sandboxId,
    { name: 'source', description: 'Local file or directory, or - for stdin.' },
    {
      name: 'destination',
      required: false,
      description: 'Path in the sandbox; the name of the source without it.',
    },
  ],
  options: [
    userOption,
    {
      name: 'conflict',
      choices: ['merge', 'replace', 'error'],
      description: 'When the target of a directory exists; merge without it.',
    },
    { name: 'exclude', multiple: true, description: 'Pattern to leave out of a directory.' },
    { name: 'resume', description: 'Id of the upload to go on with.' },
    { name: 'concurrency', type: 'integer', minimum: 1, description: 'Parts that are sent at once.' },
    { name: 'resumable', choices: modes, description: 'Send in parts; auto: above 8 MiB.' },
    {
      name: 'checksum',
      choices: ['auto', 'sha256'],
      description: 'sha256: of the whole, which sends in parts.',
    },
    {
      name: 'spool-to-disk',
      choices: modes,
      description: 'Keep stdin in a temporary file, so that it can be sent in parts.',
    },
    { name: 'dry-run', type: 'flag', description: 'Only say what would be sent.' },
    jsonOption,
  ],
  examples: [
    'nullspace sandbox upload sb_… model.bin /data/',
    'nullspace sandbox upload sb_… ./project /workspace/project --exclude node_modules/',
    'pg_dump app | nullspace sandbox upload sb_… - /data/app.sql',
  ],
  output: 'progress on stderr and a sentence; --json: {source_kind, target_path, transport, resumed, result}',
  async run({ values, json, terminal }) {
    const upload = readUpload(values);
    if (values.dryRun) {
      const { planUpload } = await import('nullspace');
      const plan = await planUpload(values.source, values.destination, upload);
      if (json) return terminal.printJson({ dry_run: true, plan: planRecord(plan, values.conflict) });
      return terminal.print(
        `Dry run: ${plan.kind} with ${plan.files} files and ${plan.bytes} bytes to ${plan.path}, ${plan.transport}.`,
      );
    }
    const { files } = await openSandbox(values);
    const progress = json ? undefined : new TransferProgress(process.stderr);
    try {
      const result = await upload.send(files, (now) => progress?.show(now));
      progress?.end();
      if (json) return terminal.printJson(uploadRecord(result, upload.kind));
      const verb = result.resumed ? 'Resumed' : 'Uploaded';
      const what =
        result.kind === 'directory' ? `a directory with ${result.files} files` : `${result.bytes} bytes`;
      terminal.print(`${verb} ${what} to ${result.path} (${result.transport}).`);
    } catch (error) {
      progress?.end();
      throw UploadFailed.from(error, values);
    }
  },
});
