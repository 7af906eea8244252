import type { CommandEntry } from '../command-table.ts';
import { entry } from './entry.ts';

/** Groups of the commands about templates. */
export const templateGroups: Record<string, string> = {
  template: 'Build templates and look at them.',
  'template alias': 'Earlier names of a template.',
  'template claim': 'Names that are kept for you.',
  'template namespace': 'Namespaces of templates.',
  'template render': 'Show a definition in another form.',
  'template tag': 'Tags of a template.',
  'template visibility': 'Who may use a template.',
  'template warm-pool': 'Keep sandboxes of a template ready.',
};

/** Commands about templates, their builds and their warm pools. */
export const templateCommands: CommandEntry[] = [
  entry('template init', 'Write a starter project.', () => import('../commands/template/init.ts')),
  entry('template build', 'Build a template.', () => import('../commands/template/build.ts')),
  entry('template list', 'List templates.', () => import('../commands/template/list.ts')),
  entry('template get', 'Show one template.', () => import('../commands/template/get.ts'), ['info']),
  entry(
    'template exists',
    'Tell whether there is a template.',
    () => import('../commands/template/exists.ts'),
  ),
  entry('template delete', 'Delete a template.', () => import('../commands/template/delete.ts')),
  entry('template rename', 'Rename a template.', () => import('../commands/template/rename.ts')),
  entry('template publish', 'Let everyone use a template.', () => import('../commands/template/publish.ts')),
  entry('template reserve', 'Keep a name for a while.', () => import('../commands/template/reserve.ts')),
  entry(
    'template validate',
    'Check a definition on the server.',
    () => import('../commands/template/validate.ts'),
  ),
  entry('template plan', 'Show what a build would do.', () => import('../commands/template/plan.ts')),
  entry('template builds', 'List the builds of a template.', () => import('../commands/template/builds.ts')),
  entry(
    'template build-status',
    'Show a build and its log.',
    () => import('../commands/template/build-status.ts'),
  ),
  entry('template wait', 'Wait for the end of a build.', () => import('../commands/template/wait.ts')),
  entry('template logs', 'Show the log of a build.', () => import('../commands/template/logs.ts')),
  entry('template cancel', 'Cancel a build.', () => import('../commands/template/cancel.ts')),
  entry('template retry', 'Begin a build anew.', () => import('../commands/template/retry.ts')),
  entry('template promote', 'Move a tag to a build.', () => import('../commands/template/promote.ts')),
  entry(
    'template render dockerfile',
    'Show a definition as a Dockerfile.',
    () => import('../commands/template/render/dockerfile.ts'),
  ),
  entry(
    'template render json',
    'Show a definition as a request.',
    () => import('../commands/template/render/json.ts'),
  ),
  entry('template tag list', 'List tags.', () => import('../commands/template/tag/list.ts')),
  entry('template tag assign', 'Point tags to a build.', () => import('../commands/template/tag/assign.ts')),
  entry('template tag remove', 'Remove a tag.', () => import('../commands/template/tag/remove.ts')),
  entry('template alias list', 'List aliases.', () => import('../commands/template/alias/list.ts')),
  entry('template alias remove', 'Remove an alias.', () => import('../commands/template/alias/remove.ts')),
  entry(
    'template visibility set',
    'Publish or hide a template.',
    () => import('../commands/template/visibility/set.ts'),
  ),
  entry(
    'template claim release',
    'Give a kept name back.',
    () => import('../commands/template/claim/release.ts'),
  ),
  entry('template namespace get', 'Show a namespace.', () => import('../commands/template/namespace/get.ts')),
  entry(
    'template warm-pool create',
    'Make a warm pool.',
    () => import('../commands/template/warm-pool/create.ts'),
  ),
  entry(
    'template warm-pool list',
    'List warm pools.',
    () => import('../commands/template/warm-pool/list.ts'),
  ),
  entry(
    'template warm-pool get',
    'Show one warm pool.',
    () => import('../commands/template/warm-pool/get.ts'),
  ),
  entry(
    'template warm-pool scale',
    'Change the size of a warm pool.',
    () => import('../commands/template/warm-pool/scale.ts'),
  ),
  entry(
    'template warm-pool wait',
    'Wait until a warm pool is full.',
    () => import('../commands/template/warm-pool/wait.ts'),
  ),
  entry(
    'template warm-pool enable',
    'Fill a warm pool.',
    () => import('../commands/template/warm-pool/enable.ts'),
  ),
  entry(
    'template warm-pool disable',
    'Stop filling a warm pool.',
    () => import('../commands/template/warm-pool/disable.ts'),
  ),
  entry(
    'template warm-pool drain',
    'Empty a warm pool.',
    () => import('../commands/template/warm-pool/drain.ts'),
  ),
  entry(
    'template warm-pool reconcile',
    'Look after a warm pool at once.',
    () => import('../commands/template/warm-pool/reconcile.ts'),
  ),
  entry(
    'template warm-pool delete',
    'Delete a warm pool.',
    () => import('../commands/template/warm-pool/delete.ts'),
  ),
];
