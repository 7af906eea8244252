import type { Socket } from 'node:net';
import type { GuestAgent } from '../connect/guest-agent.ts';
import type { GuardKill } from '../guard/guard-kill.ts';

/** What an agent is told once it answers. */
export interface AgentConfiguration {
  /** Environment of commands over `imageEnv`. */
  env: Record<string, string>;
  imageEnv: Record<string, string>;
  /** Empty: the agent's default, or of a copy what it had. */
  cwd: string;
  hostname: string;
  /** What it has whichever sandbox it is. Absent: as it was told before. */
  machine: { machineId: string; nameservers: readonly string[] } | undefined;
  processLimit: number;
  memoryLimitBytes: number;
  /** The guest is a copy of another: what is unique to a machine is made anew before it takes calls. */
  restored: boolean;
  /** Replaces the token that the agent was started with. */
  token: string;
}

export interface AgentAddress {
  address: string;
  token: string;
  /** Connections that stay open between calls, in place of one a call. */
  line?: GuestAgent | undefined;
}

/** An executable of the guest that was to run after a restore, and what went wrong. */
export interface HookFailure {
  name: string;
  message: string;
}

/** Calls to the agents in guests. Every answer is bounded in size and time, whatever a guest sends. */
export interface Agents {
  /**
   * Resolves when the agent takes connections, with one that is open: in a guest that has just started, another one costs
   * as much as the first call. Retried until `signal` aborts.
   */
  waitUntilListening(address: string, signal: AbortSignal): Promise<Socket | undefined>;
  /** Answers with what is to be reported. Of a copy, also with the hooks of its image that failed. */
  configure(
    agent: AgentAddress,
    configuration: AgentConfiguration,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<{ hookFailures: HookFailure[] }>;
  /** Resolves when the agent has told those who follow commands of a pause, and no call to it is open. */
  freeze(agent: AgentAddress, options: { reason: string; timeoutMs: number }): Promise<void>;
  /** Lets it take calls again. */
  thaw(agent: AgentAddress, options: { timeoutMs: number }): Promise<void>;
  /** Kills by the guards of the guest: those that the agent remembers, then new ones, until it ends the stream. */
  watchGuard(agent: AgentAddress, signal: AbortSignal): AsyncIterable<GuardKill>;
  /** Resolves when the agent says that it runs; rejects otherwise and after `timeoutMs`. */
  checkHealth(agent: AgentAddress, timeoutMs: number): Promise<void>;
}
