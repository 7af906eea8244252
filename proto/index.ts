/** The generated clients and messages of the two internal protocols. */
export * as guest from './gen/nullspace/guest/v1/guest_pb.js';
export * as host from './gen/nullspace/host/v1/host_pb.js';
