export { localUrl, metricsUrl, publicUrl } from './addresses.ts';
export { describeSettings, type SettingDescription } from './describe.ts';
export { type SettingProblem, SettingsError } from './errors.ts';
export type { OwnFlags } from './flags.ts';
export { type LoadedSettings, type LoadOptions, loadSettings } from './load.ts';
export { environmentName, flagName } from './names.ts';
export { nearestNames } from './nearest.ts';
export { type Paths, paths } from './paths.ts';
export { type SettingName, type Settings, settingNames, settings } from './settings.ts';
