export { createHostClient, createInMemoryHostClient, type HostClient } from './client.ts';
export { type AgentTarget, callUnary, type UnaryOptions } from './connect/call-unary.ts';
export { GuestAgent } from './connect/guest-agent.ts';
export { toConnectError } from './connect/to-connect-error.ts';
export { HostError, type HostErrorCode, readHostError } from './errors.ts';
export { type FaultPoint, faultPoints } from './faults.ts';
