export { createHostClient, createInMemoryHostClient, type HostClient } from './client.ts';
export { HostError, type HostErrorCode, readHostError } from './errors.ts';
export { type FaultPoint, faultPoints } from './faults.ts';
