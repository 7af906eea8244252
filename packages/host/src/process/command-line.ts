import { paths as findPaths, loadSettings, type Settings } from '@nullspace/configuration';
import { type Logger, openLog } from '@nullspace/service';
import { addImage } from '../images/add.ts';
import { ImageCatalog } from '../images/catalog.ts';

const usage = `Usage: host.ts [command] [settings]

  (none)                   run the host until SIGTERM; sandboxes run on
  images add <name> <file> install an EROFS image under a name
  images list              print installed images, one a line
  compile                  load the whole program into Node's compile cache and end
  clean                    end all running sandboxes of this installation and remove what it set up

Settings are flags (--data-dir …), NULLSPACE_* variables or the file given by --config-file.
`;

/** Does what the command line says; resolves with the exit code. */
export async function runCommandLine(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { settings, positionals, warnings } = loadSettings({ argv, env, positionals: true });
  const log = openLog({ level: settings.log_level, base: { pid: process.pid } });
  for (const warning of warnings) log.warn(warning);
  const [command, ...rest] = positionals;
  const run = commands[[command, command === 'images' ? rest.shift() : undefined].filter(Boolean).join(' ')];
  if (!run || rest.length !== run.operands) {
    process.stderr.write(usage);
    return 2;
  }
  await run.action({ settings, log, operands: rest });
  return 0;
}

interface Context {
  settings: Settings;
  log: Logger;
  operands: string[];
}

const commands: Record<string, { operands: number; action: (context: Context) => Promise<void> }> = {
  '': {
    operands: 0,
    async action({ settings, log }) {
      const { runHost } = await import('./run-host.ts');
      await runHost(settings, log);
    },
  },
  compile: {
    operands: 0,
    async action() {
      await Promise.all([import('./run-host.ts'), import('./clean-machine.ts')]);
    },
  },
  clean: {
    operands: 0,
    async action({ settings, log }) {
      const { cleanMachine } = await import('./clean-machine.ts');
      await cleanMachine(settings, log);
    },
  },
  'images add': {
    operands: 2,
    async action({ settings, operands: [name = '', file = ''] }) {
      const folder = findPaths(settings).imagesDir;
      const { digest, sizeBytes } = await addImage({ folder, name, file });
      process.stdout.write(`${JSON.stringify({ name, digest, size_bytes: sizeBytes })}\n`);
    },
  },
  'images list': {
    operands: 0,
    async action({ settings }) {
      const images = await new ImageCatalog(findPaths(settings).imagesDir).list();
      for (const [name, image] of Object.entries(images)) {
        process.stdout.write(`${JSON.stringify({ name, ...image })}\n`);
      }
    },
  },
};
