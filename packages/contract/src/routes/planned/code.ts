import { type PlannedRoute, plannedRoutes } from '../route.ts';

export const codePlanned: PlannedRoute[] = [
  ...plannedRoutes('Code interpreter', '/v1/sandboxes/{sandbox_id}/code', [
    [
      'POST',
      '/execute',
      'postSandboxesCodeExecute',
      'Run code in a stateful kernel (SSE).',
      'the code interpreter',
    ],
    ['POST', '/contexts', 'postSandboxesCodeContexts', 'Create a kernel context.', 'the code interpreter'],
    ['GET', '/contexts', 'getSandboxesCodeContexts', 'List contexts.', 'the code interpreter'],
    [
      'DELETE',
      '/contexts/{context_id}',
      'deleteSandboxesCodeContextsByContextId',
      'Remove a context.',
      'the code interpreter',
    ],
    [
      'POST',
      '/contexts/{context_id}/restart',
      'postSandboxesCodeContextsRestart',
      'Restart a kernel.',
      'the code interpreter',
    ],
    [
      'POST',
      '/contexts/{context_id}/interrupt',
      'postSandboxesCodeContextsInterrupt',
      'Interrupt a kernel.',
      'the code interpreter',
    ],
    ['POST', '/runs', 'postSandboxesCodeRuns', 'Queue an asynchronous run.', 'the code interpreter'],
    ['GET', '/runs', 'getSandboxesCodeRuns', 'List runs.', 'the code interpreter'],
    ['GET', '/runs/{run_id}', 'getSandboxesCodeRunsByRunId', 'Read a run.', 'the code interpreter'],
    ['POST', '/runs/{run_id}/cancel', 'postSandboxesCodeRunsCancel', 'Cancel a run.', 'the code interpreter'],
    ['GET', '/artifacts', 'getSandboxesCodeArtifacts', 'List artifacts.', 'the code interpreter'],
    [
      'GET',
      '/artifacts/{artifact_id}',
      'getSandboxesCodeArtifactsByArtifactId',
      'Read artifact metadata.',
      'the code interpreter',
    ],
    [
      'GET',
      '/artifacts/{artifact_id}/download',
      'getSandboxesCodeArtifactsDownload',
      'Artifact bytes.',
      'the code interpreter',
    ],
    [
      'GET',
      '/artifacts/{artifact_id}/preview',
      'getSandboxesCodeArtifactsPreview',
      'Preview bytes.',
      'the code interpreter',
    ],
    [
      'DELETE',
      '/artifacts/{artifact_id}',
      'deleteSandboxesCodeArtifactsByArtifactId',
      'Delete an artifact.',
      'the code interpreter',
    ],
  ]),
];
