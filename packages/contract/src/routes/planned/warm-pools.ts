import { type PlannedRoute, plannedRoutes } from '../route.ts';

export const warmPoolsPlanned: PlannedRoute[] = [
  ...plannedRoutes('Warm pools', '/v1', [
    ['POST', '/template-warm-pools', 'postTemplateWarmPools', 'Create a warm pool.', 'warm pools'],
    ['GET', '/template-warm-pools', 'getTemplateWarmPools', 'List warm pools.', 'warm pools'],
    [
      'GET',
      '/template-warm-pools/{warm_pool_id}',
      'getTemplateWarmPoolsByWarmPoolId',
      'Read a warm pool.',
      'warm pools',
    ],
    [
      'PATCH',
      '/template-warm-pools/{warm_pool_id}',
      'patchTemplateWarmPoolsByWarmPoolId',
      'Change or scale a warm pool.',
      'warm pools',
    ],
    [
      'DELETE',
      '/template-warm-pools/{warm_pool_id}',
      'deleteTemplateWarmPoolsByWarmPoolId',
      'Delete a warm pool.',
      'warm pools',
    ],
    [
      'POST',
      '/template-warm-pools/{warm_pool_id}/enable',
      'postTemplateWarmPoolsEnable',
      'Enable.',
      'warm pools',
    ],
    [
      'POST',
      '/template-warm-pools/{warm_pool_id}/disable',
      'postTemplateWarmPoolsDisable',
      'Disable.',
      'warm pools',
    ],
    [
      'POST',
      '/template-warm-pools/{warm_pool_id}/drain',
      'postTemplateWarmPoolsDrain',
      'Drain.',
      'warm pools',
    ],
    [
      'POST',
      '/template-warm-pools/{warm_pool_id}/reconcile',
      'postTemplateWarmPoolsReconcile',
      'Reconcile now.',
      'warm pools',
    ],
  ]),
];
