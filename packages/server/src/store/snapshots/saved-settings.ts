import type { SavedSettings } from './snapshot.ts';

/** Of a sandbox or a snapshot what another sandbox takes over that is made from it. */
export function savedSettings(source: SavedSettings): SavedSettings {
  return {
    template: source.template,
    image: source.image,
    vcpus: source.vcpus,
    memoryMb: source.memoryMb,
    diskMb: source.diskMb,
    cwd: source.cwd,
    envs: source.envs,
    network: source.network,
    internetAccess: source.internetAccess,
    timeoutMs: source.timeoutMs,
    timeoutAction: source.timeoutAction,
    templateId: source.templateId,
    templateBuildId: source.templateBuildId,
    defaultUser: source.defaultUser,
  };
}
