import { host as proto } from '@nullspace/proto';
import { requirePoolId } from '../pools/validate-pools.ts';
import { bound } from './check-spec.ts';

const longestWaitMs = 300_000;

/** Whether a ready instance may or must be taken. */
export interface CheckoutOrder {
  /** Empty with "bypass". */
  poolId: string;
  mode: 'prefer' | 'require' | 'bypass';
  waitMs: number;
}

/** @throws {HostError} `invalid_request` */
export function readCheckout(checkout: proto.Checkout | undefined): { checkout?: CheckoutOrder } {
  if (!checkout) return {};
  const { poolId, waitMs } = checkout;
  bound('checkout.wait_ms', waitMs, { least: 0, most: longestWaitMs });
  if (checkout.mode === proto.CheckoutMode.BYPASS) {
    return { checkout: { poolId: '', mode: 'bypass', waitMs: 0 } };
  }
  requirePoolId(poolId);
  const mode = checkout.mode === proto.CheckoutMode.REQUIRE ? 'require' : 'prefer';
  return { checkout: { poolId, mode, waitMs } };
}
