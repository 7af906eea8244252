import assert from 'node:assert/strict';
import type { BuildLogEntry, TemplateBuild } from '@nullspace/contract';
import type { TestServer } from '../fixtures/test-server.ts';

export interface BuildBody {
  name?: string;
  base_image?: string;
  dockerfile?: string;
  [field: string]: unknown;
}

/** Builds in the foreground and returns every entry of the stream. */
export async function build(server: TestServer, body: BuildBody, key = server.key): Promise<BuildLogEntry[]> {
  const answer = await server.call('POST', '/v1/templates/build', { base_image: 'base', ...body }, { key });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
  return readEvents(answer.text);
}

export function readEvents(text: string): BuildLogEntry[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)));
}

/** Starts a build in the background. */
export async function startBuild(server: TestServer, body: BuildBody): Promise<TemplateBuild> {
  const answer = await server.call('POST', '/v1/templates/builds', { base_image: 'base', ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}

/** Follows the log of a build to its end and reads the build then. */
export async function waitForBuild(server: TestServer, id: string): Promise<TemplateBuild> {
  const logs = await server.call('GET', `/v1/templates/builds/${id}/logs?follow=true`);
  assert.equal(logs.status, 200, logs.text);
  return (await server.call('GET', `/v1/templates/builds/${id}`)).body.build;
}

export function run(command: string) {
  return { action: 'run', command };
}
