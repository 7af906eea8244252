import { defineCommand } from '../../../command.ts';
import { UsageError } from '../../../errors/cli-error.ts';
import { readCopyPaths } from '../../../input/copy-paths.ts';
import { printable } from '../../../output/printable.ts';
import { TransferProgress } from '../../../output/progress.ts';
import { jsonOption, userOption } from '../parameters.ts';

export const command = defineCommand({
  help:
    'Copies a file or, with -r, a directory into a sandbox or out of it. The side in the sandbox is written\n' +
    'SANDBOX_ID:PATH. A destination that ends with / is a directory, into which the source goes under its name.\n' +
    'A directory is unpacked into its destination; what else is there stays.',
  arguments: [
    { name: 'source', description: 'Local path, or SANDBOX_ID:PATH.' },
    { name: 'destination', description: 'SANDBOX_ID:PATH, or local path.' },
  ],
  options: [
    { name: 'recursive', short: 'r', type: 'flag', description: 'Copy a directory with all in it.' },
    { name: 'exclude', multiple: true, description: 'Pattern to leave out of a directory that goes in.' },
    userOption,
    jsonOption,
  ],
  examples: [
    'nullspace sandbox file cp model.bin sb_…:/data/',
    'nullspace sandbox file cp -r sb_…:/workspace/out ./out',
  ],
  output: 'text, progress on stderr; --json: {source, destination, bytes, files, left_out}',
  async run({ values, json, terminal }) {
    const { recursive = false, user, exclude } = values;
    const { sandboxId, inward, inside, local } = readCopyPaths(values.source, values.destination, recursive);
    if (exclude && !(inward && recursive))
      throw new UsageError('--exclude is for directories that are copied into a sandbox.');
    const { Sandbox } = await import('nullspace');
    const { files } = await Sandbox.connect(sandboxId);
    const progress = json ? undefined : new TransferProgress(process.stderr);
    const onProgress = (now: { bytesDone: number; bytesTotal: number | undefined }) => progress?.show(now);
    let copied: { bytes: number; files?: number; leftOut?: string[] };
    try {
      if (inward && recursive)
        copied = await files.uploadDirectory(local, inside, { user, ignore: exclude, onProgress });
      else if (inward) copied = await files.upload(local, inside, { user, resumable: 'auto', onProgress });
      else if (recursive) copied = await files.downloadDirectory(inside, local, { user, onProgress });
      else copied = { bytes: await files.download(inside, local, { user, onProgress }), files: 1 };
    } finally {
      progress?.end();
    }
    const { bytes, files: count, leftOut = [] } = copied;
    for (const name of leftOut)
      terminal.note(`Left out, since it leads out of the directory: ${printable(name)}`);
    const { source, destination } = values;
    if (json) terminal.printJson({ source, destination, bytes, files: count ?? null, left_out: leftOut });
    else terminal.print(`${bytes} bytes copied from ${source} to ${destination}.`);
  },
});
