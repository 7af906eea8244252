import { type PlannedRoute, plannedRoutes } from '../route.ts';

export const filesPlanned: PlannedRoute[] = [
  ...plannedRoutes('Files', '/v1/sandboxes/{sandbox_id}', [
    ['POST', '/files/find', 'postSandboxesFilesFind', 'Search file contents.', 'search and replace in files'],
    [
      'POST',
      '/files/search',
      'postSandboxesFilesSearch',
      'Search file names.',
      'search and replace in files',
    ],
    [
      'POST',
      '/files/replace',
      'postSandboxesFilesReplace',
      'Replace text in files.',
      'search and replace in files',
    ],
    [
      'POST',
      '/files/batch-write',
      'postSandboxesFilesBatchWrite',
      'Write many files in one multipart request.',
      'batch writes',
    ],
    [
      'POST',
      '/files/download-url',
      'postSandboxesFilesDownloadUrl',
      'Mint a URL that serves a file without the API key.',
      'minted file URLs',
    ],
    [
      'POST',
      '/files/upload-url',
      'postSandboxesFilesUploadUrl',
      'Mint a URL that accepts a file without the API key.',
      'minted file URLs',
    ],
    ['POST', '/uploads', 'postSandboxesUploads', 'Open a resumable upload session.', 'resumable uploads'],
    [
      'GET',
      '/uploads/{upload_id}',
      'getSandboxesUploadsByUploadId',
      'Read an upload session.',
      'resumable uploads',
    ],
    [
      'DELETE',
      '/uploads/{upload_id}',
      'deleteSandboxesUploadsByUploadId',
      'Abort an upload session.',
      'resumable uploads',
    ],
    [
      'PUT',
      '/uploads/{upload_id}/parts/{part_number}',
      'putSandboxesUploadsPartsByPartNumber',
      'Upload one part (numbered from 0).',
      'resumable uploads',
    ],
    [
      'POST',
      '/uploads/{upload_id}/complete',
      'postSandboxesUploadsComplete',
      'Verify and publish an upload.',
      'resumable uploads',
    ],
    [
      'GET',
      '/ws',
      'streamSandboxesWs',
      'Watch a directory for changes (no `channel` parameter).',
      'watching directories',
      '',
    ],
  ]),
];
