import { type PlannedRoute, plannedRoutes } from '../route.ts';

export const terminalsPlanned: PlannedRoute[] = [
  ...plannedRoutes('Terminals', '/v1/sandboxes/{sandbox_id}', [
    [
      'GET',
      '/ws',
      'streamSandboxesWsPty',
      'Create or attach to a pseudo-terminal.',
      'terminals (PTY)',
      'pty',
    ],
    ['GET', '/pty', 'getSandboxesPty', 'List PTY sessions.', 'terminals (PTY)'],
    ['GET', '/pty/{session_id}', 'getSandboxesPtyBySessionId', 'Read one PTY session.', 'terminals (PTY)'],
    [
      'DELETE',
      '/pty/{session_id}',
      'deleteSandboxesPtyBySessionId',
      'Kill a PTY session.',
      'terminals (PTY)',
    ],
    [
      'POST',
      '/pty/{session_id}/resize',
      'postSandboxesPtyResize',
      'Resize a PTY session.',
      'terminals (PTY)',
    ],
  ]),
];
