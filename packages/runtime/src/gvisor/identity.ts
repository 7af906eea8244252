import { run } from '../processes/run.ts';
import type { EngineIdentity } from '../snapshots/check-fit.ts';

/** What runsc and the processor of this machine are, for the manifests of snapshots. */
export async function readIdentity({ runsc }: { runsc: string }): Promise<EngineIdentity> {
  const [version, features] = await Promise.all([run(runsc, ['--version']), run(runsc, ['cpu-features'])]);
  return {
    engine: 'gvisor',
    engineBuild: version.split('\n', 1)[0] ?? '',
    cpuFeatures: features.trim().split(','),
  };
}
