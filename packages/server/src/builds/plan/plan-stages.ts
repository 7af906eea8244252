import { BuildFailure } from '../build-failure.ts';
import type { BuildDefinition } from '../definition/definition.ts';
import { planDockerfile } from './dockerfile/plan-dockerfile.ts';
import type { Stage } from './instruction.ts';
import { planSteps } from './plan-steps.ts';

/** The stages of a build; the last one becomes the template. */
export function planStages(definition: BuildDefinition): Stage[] {
  const { base, dockerfile } = definition;
  if (dockerfile !== undefined) return planDockerfile(dockerfile);
  if (base === undefined) throw new BuildFailure('prepare', 'There is nothing to begin from');
  return [planSteps({ ...definition, base })];
}
