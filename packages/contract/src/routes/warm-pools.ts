import * as z from 'zod';
import { pathId } from '../ids.ts';
import {
  createWarmPoolRequest,
  listWarmPoolsQuery,
  updateWarmPoolRequest,
  warmPool,
  warmPoolList,
} from '../schemas/warm-pools.ts';
import { defineRoute } from './route.ts';

const params = z.object({ warm_pool_id: pathId });
const path = '/v1/template-warm-pools';
const one = `${path}/{warm_pool_id}`;
const tag = 'Warm pools';

export const warmPoolRoutes = {
  createWarmPool: defineRoute({
    ...{ id: 'createWarmPool', method: 'POST', path, tag },
    summary: 'Makes a pool of ready sandboxes, which fills itself from then on.',
    body: createWarmPoolRequest,
    status: 201,
    response: warmPool,
    errors: ['template_not_found', 'quota_exceeded', 'conflict'],
  }),
  listWarmPools: defineRoute({
    ...{ id: 'listWarmPools', method: 'GET', path, tag },
    summary: 'Lists pools, oldest first.',
    query: listWarmPoolsQuery,
    status: 200,
    response: warmPoolList,
    errors: [],
  }),
  getWarmPool: defineRoute({
    ...{ id: 'getWarmPool', method: 'GET', path: one, tag },
    summary: 'Reads a pool with its counts and hit rate.',
    params,
    status: 200,
    response: warmPool,
    errors: ['warm_pool_not_found'],
  }),
  updateWarmPool: defineRoute({
    ...{ id: 'updateWarmPool', method: 'PATCH', path: one, tag },
    summary: 'Changes or scales a pool. Ready sandboxes that no longer fit are replaced.',
    params,
    body: updateWarmPoolRequest,
    status: 200,
    response: warmPool,
    errors: ['warm_pool_not_found', 'template_not_found', 'quota_exceeded'],
  }),
  deleteWarmPool: defineRoute({
    ...{ id: 'deleteWarmPool', method: 'DELETE', path: one, tag },
    summary: 'Deletes a pool and ends its ready sandboxes. Those that were taken go on.',
    params,
    status: 204,
    errors: ['warm_pool_not_found'],
  }),
  enableWarmPool: defineRoute({
    ...{ id: 'enableWarmPool', method: 'POST', path: `${one}/enable`, tag },
    summary: 'Fills a pool again that was disabled or drained.',
    params,
    status: 200,
    response: warmPool,
    errors: ['warm_pool_not_found'],
  }),
  disableWarmPool: defineRoute({
    ...{ id: 'disableWarmPool', method: 'POST', path: `${one}/disable`, tag },
    summary: 'Stops refilling a pool. What is ready can still be taken.',
    params,
    status: 200,
    response: warmPool,
    errors: ['warm_pool_not_found'],
  }),
  drainWarmPool: defineRoute({
    ...{ id: 'drainWarmPool', method: 'POST', path: `${one}/drain`, tag },
    summary: 'Ends the ready sandboxes of a pool, which is disabled when it is empty.',
    params,
    status: 200,
    response: warmPool,
    errors: ['warm_pool_not_found'],
  }),
  reconcileWarmPool: defineRoute({
    ...{ id: 'reconcileWarmPool', method: 'POST', path: `${one}/reconcile`, tag },
    summary: 'Looks at once what a pool lacks, also after failures.',
    params,
    status: 200,
    response: warmPool,
    errors: ['warm_pool_not_found'],
  }),
};
