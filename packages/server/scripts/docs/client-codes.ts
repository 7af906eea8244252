/** Codes that clients give to failures of which no answer of the server tells: code, when, what to do. */
export const clientCodes: readonly (readonly [code: string, when: string, whatToDo: string])[] = [
  [
    'batch_write_partial_failure',
    'Some files of a batch were written and others not.',
    'Look which ones, and write those again.',
  ],
  ['cli_error', 'The command line failed by something of its own machine.', 'Read the message.'],
  [
    'disconnected',
    'The handle or the session was closed by its own program.',
    'Connect again; what ran goes on.',
  ],
  [
    'git_error',
    'A git command inside the sandbox ended with an exit code other than 0.',
    'Read its standard error.',
  ],
  [
    'invalid_archive',
    'What a sandbox sent as a directory is no archive, or leads out of it.',
    'Take nothing of this sandbox for true.',
  ],
  [
    'invalid_response',
    'An answer is not what the API describes.',
    'Check the address, and the versions of client and server.',
  ],
  [
    'missing_api_key',
    'No API key was given or found.',
    'Set `NULLSPACE_API_KEY`, or run `nullspace auth login`.',
  ],
  [
    'missing_snapshot_id',
    'A paused sandbox was described without its snapshot.',
    'Check the versions of client and server.',
  ],
  ['not_supported', 'The JavaScript runtime lacks what the call needs.', 'Call it in Node.js.'],
  ['port_taken', 'Another program listens on the port of the server.', 'End it, or choose another port.'],
  [
    'pty_protocol_error',
    'A terminal broke off with an error that has no code.',
    'Connect to its session again.',
  ],
  ['service_failed', 'Host or server did not start, or gave no key.', 'Read the log that the message names.'],
  ['timeout', 'A wait of the client was over before what it waited for.', 'Give it a longer timeout.'],
  [
    'transport_error',
    'No answer came: nobody listens, or the connection broke.',
    'Check that a server answers at this address.',
  ],
  [
    'unknown',
    'An answer with a status of 400 or more was not written by this server.',
    'Check what stands between.',
  ],
  ['watch_error', 'A watch broke off with an error that has no code.', 'Watch again.'],
  [
    'websocket_error',
    'A stream broke off with an error, or the runtime has no WebSocket.',
    'Read the message.',
  ],
  [
    'websocket_upgrade_error',
    'A stream was refused before it began.',
    'Check the address and what stands between.',
  ],
];
