/** What an agent is told once it answers. */
export interface AgentConfiguration {
  /** Environment of commands over `imageEnv`. */
  env: Record<string, string>;
  imageEnv: Record<string, string>;
  /** Empty: the agent's default. */
  cwd: string;
  hostname: string;
  nameservers: readonly string[];
  processLimit: number;
  memoryLimitBytes: number;
  /** Replaces the token that the agent was started with. */
  token: string;
}

/** Calls to the agents in guests. Every answer is bounded in size and time, whatever a guest sends. */
export interface Agents {
  /** Resolves when the agent takes connections; retried until `signal` aborts. */
  waitUntilListening(address: string, signal: AbortSignal): Promise<void>;
  configure(
    agent: { address: string; token: string },
    configuration: AgentConfiguration,
    signal: AbortSignal,
  ): Promise<void>;
  /** Resolves when the agent says that it runs; rejects otherwise and after `timeoutMs`. */
  checkHealth(agent: { address: string; token: string }, timeoutMs: number): Promise<void>;
}
