/** Bounds of what the host waits for, in milliseconds. Generous: they catch what hangs, not what is slow. */
export interface Timing {
  /** Waiting for a turn to start. */
  queueMs: number;
  slotMs: number;
  engineMs: number;
  agentMs: number;
  configureMs: number;
  /** Restoring a snapshot, its check included; configuring a copy, the hooks of its image included. */
  restoreMs: number;
  hooksMs: number;
  /** An agent's coming to rest before a save; a save; letting a guest go on after one. */
  quietMs: number;
  saveMs: number;
  thawMs: number;
  /** First pause before a pause that failed at a deadline is tried again, and the longest. */
  pauseRetryMs: number;
  pauseRetryMostMs: number;
  /** Pause between two times that new refusals of guests' packets and lookups are put on disk. */
  refusalsMs: number;
  /** One step of cleaning; the first pause before it is tried again, and the longest. */
  cleanStepMs: number;
  cleanRetryMs: number;
  cleanRetryMostMs: number;
  /** How long a create that does not fit waits for what is being cleaned. */
  capacityMs: number;
  /** Pause between two questions to an agent that answers, and to one that does not. */
  healthMs: number;
  healthRetryMs: number;
  /** How long an agent has for its answer. */
  healthAnswerMs: number;
  /** Silence after which an agent counts as lost, and the same while its guest computes. */
  silentMs: number;
  silentBusyMs: number;
  /** Pause before the guards of a guest are first listened to, and before that is tried again. */
  guardDelayMs: number;
  guardRetryMs: number;
  /** Answer of a ready instance to what it is to be; one that takes longer is lost. */
  checkoutMs: number;
  /** Pause before the instance that a create took is replaced, so that the first commands of who took it come first. */
  refillDelayMs: number;
  /** Age at which a ready instance is replaced. */
  readyAgeMs: number;
  /** Pause between two looks at the pools when nothing happens. */
  poolCheckMs: number;
  /** A registry's answer to begin; a transfer to stand still; an import or an assembly as a whole. */
  registryAnswerMs: number;
  registryStallMs: number;
  importMs: number;
  keepAliveMs: number;
  /** How long a closing host waits for creates and cleanings under way. */
  drainMs: number;
}

export const defaultTiming: Timing = {
  queueMs: 120_000,
  slotMs: 30_000,
  engineMs: 60_000,
  agentMs: 60_000,
  configureMs: 20_000,
  restoreMs: 300_000,
  hooksMs: 120_000,
  quietMs: 10_000,
  saveMs: 660_000,
  thawMs: 60_000,
  pauseRetryMs: 1_000,
  pauseRetryMostMs: 60_000,
  refusalsMs: 2_000,
  cleanStepMs: 30_000,
  cleanRetryMs: 100,
  cleanRetryMostMs: 30_000,
  capacityMs: 3_000,
  healthMs: 20_000,
  healthRetryMs: 5_000,
  healthAnswerMs: 10_000,
  silentMs: 60_000,
  silentBusyMs: 300_000,
  guardDelayMs: 1_000,
  guardRetryMs: 5_000,
  checkoutMs: 5_000,
  refillDelayMs: 150,
  readyAgeMs: 6 * 3600 * 1000,
  poolCheckMs: 5_000,
  registryAnswerMs: 30_000,
  registryStallMs: 60_000,
  importMs: 3_600_000,
  keepAliveMs: 5_000,
  drainMs: 10_000,
};
