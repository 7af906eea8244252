import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLimits, replaceLimits, requireShaping } from '../../src/network/limits.ts';
import { policyOf } from '../../src/network/policy.ts';

const open = { max_upload_mbps: 0, max_download_mbps: 0 };
const bounded = { max_upload_mbps: 20, max_download_mbps: 0 };

test('who asks for no limit gets the most that the host allows, and who asks for more is refused', () => {
  const asked = { uploadMbps: 0, downloadMbps: 7 };
  assert.deepEqual(readLimits(asked, open), { upload_mbps: null, download_mbps: 7 });
  assert.deepEqual(readLimits(asked, bounded), { upload_mbps: 20, download_mbps: 7 });
  assert.throws(() => readLimits({ uploadMbps: 21, downloadMbps: 0 }, bounded, 'spec.'), {
    code: 'invalid_request',
    field: 'spec.upload_mbps',
    message: 'spec.upload_mbps is 21; it must be between 0 and 20',
  });
  assert.throws(() => readLimits({ uploadMbps: 100_001, downloadMbps: 0 }, open), /between 0 and 100000/);
});

test('a limit that was taken away is remembered, so that the next process takes it away too', () => {
  const limited = { upload_mbps: 5, download_mbps: null };
  const none = { upload_mbps: null, download_mbps: null };
  assert.deepEqual(replaceLimits(limited, none), { upload_mbps: 0, download_mbps: null });
  assert.deepEqual(replaceLimits({ upload_mbps: 0, download_mbps: null }, none), {
    upload_mbps: 0,
    download_mbps: null,
  });
  assert.deepEqual(replaceLimits(none, limited), limited);
  const policy = { internet_access: true, allow_out: [], allow_names: [], deny_out: [] };
  assert.equal('uploadMbps' in policyOf({ ...policy, ...none }), false);
  assert.equal(policyOf({ ...policy, upload_mbps: 0, download_mbps: null }).uploadMbps, 0);
});

test('a machine that cannot limit refuses limits, and only these', async () => {
  const problem = { item: 'bandwidth', message: 'no HTB.', fix: 'Use another kernel.' };
  const network = { probeShaping: async () => problem } as Parameters<typeof requireShaping>[0]['network'];
  await requireShaping({ network }, { upload_mbps: null, download_mbps: 0 });
  await assert.rejects(requireShaping({ network }, { upload_mbps: 1, download_mbps: null }), {
    code: 'bandwidth_unsupported',
    message: 'no HTB. Use another kernel.',
  });
});
