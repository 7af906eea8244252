import type { Template as TemplateClass } from 'nullspace';
import { UsageError } from '../errors/cli-error.ts';
import { readLiteral } from '../input/literal.ts';
import { addSteps } from './add-steps.ts';
import type { BuildWords } from './parse-flags.ts';
import { readiness } from './read-readiness.ts';
import { readEnvironment, readRegistryAuth } from './read-settings.ts';

/** The template that the words of a line define. */
export async function defineTemplate(
  { base, steps, settings }: BuildWords,
  environment: NodeJS.ProcessEnv,
): Promise<TemplateClass> {
  const { Template } = await import('nullspace');
  const template = await startFrom(Template, base, settings);
  const [context] = settings['file-context'] ?? [];
  const ignored = settings['file-ignore'];
  if (context !== undefined || ignored)
    template.setFileContext(context ?? contextOf(base, settings), ignored);
  const auth = await readRegistryAuth(settings, environment);
  if (auth) {
    if (base.flag === 'from-template') throw new UsageError('--from-template takes no registry login.');
    template.setRegistryAuth(auth);
  }
  await addSteps(template, steps);
  template.setBuildEnvs(await readEnvironment(settings['set-build-env'] ?? [], '--set-build-env'));
  template.setRuntimeEnvs(await readEnvironment(settings['set-runtime-env'] ?? [], '--set-runtime-env'));
  const [start] = settings['start-cmd'] ?? [];
  if (start !== undefined) template.setStartCmd(await readLiteral(start));
  const probe = await readiness(settings);
  return probe === undefined ? template : template.setReadyCmd(probe);
}

async function startFrom(
  Template: typeof TemplateClass,
  { flag, value }: BuildWords['base'],
  settings: BuildWords['settings'],
): Promise<TemplateClass> {
  const [variant] = settings['image-variant'] ?? [];
  if (variant !== undefined && flag !== 'from-python-image' && flag !== 'from-node-image')
    throw new UsageError('--image-variant goes with --from-python-image and --from-node-image alone.');
  const [hint] = settings['dockerfile-path-hint'] ?? [];
  if (hint !== undefined && flag !== 'from-dockerfile-content')
    throw new UsageError('--dockerfile-path-hint goes with --from-dockerfile-content alone.');
  switch (flag) {
    case 'from-template':
      return Template.fromTemplate(value!);
    case 'from-dockerfile':
      return readFileOr(value!, () => Template.fromDockerfile(value!));
    case 'from-dockerfile-content':
      return Template.fromDockerfileContent(
        await readLiteral(value!),
        hint === undefined ? {} : { fileContextPath: folderOf(hint) },
      );
    case 'from-python-image':
      return Template.fromPythonImage(value!, { variant });
    case 'from-node-image':
      return Template.fromNodeImage(value!, { variant });
    case 'from-bun-image':
      return Template.fromBunImage(value!);
    case 'from-debian-image':
      return Template.fromDebianImage(value);
    case 'from-image':
      return Template.fromImage(value!);
    case 'from-base-image':
      return value === undefined ? Template.fromUbuntuImage() : Template.fromImage(value);
    default:
      return Template.fromUbuntuImage(value);
  }
}

function readFileOr(path: string, read: () => TemplateClass): TemplateClass {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** The folder that a definition reads from when only patterns are given. */
function contextOf({ flag, value }: BuildWords['base'], settings: BuildWords['settings']): string {
  const [hint] = settings['dockerfile-path-hint'] ?? [];
  return folderOf(flag === 'from-dockerfile' ? value! : (hint ?? './x'));
}

const folderOf = (path: string) => path.replace(/[^/]*$/, '') || '.';
