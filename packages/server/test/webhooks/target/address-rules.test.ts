import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { createAddressRules } from '../../../src/webhooks/target/address-rules.ts';

const settings = { webhook_allow_ranges: '', guest_range: '10.200.0.0/16' };

test('public addresses are allowed', () => {
  const rules = createAddressRules(settings);
  for (const address of ['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8']) {
    assert.equal(rules.allows(address), true, address);
  }
});

test('every reserved range is refused, in both families and however it is written', () => {
  const rules = createAddressRules(settings);
  const refused = [
    '0.0.0.0',
    '10.0.0.1',
    '10.200.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.16.0.1',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
    '8.8.8.8 ',
  ];
  for (const address of refused) assert.equal(rules.allows(address), false, address);
});

test("the guests' range and this machine's own addresses are refused although they are public", () => {
  assert.equal(createAddressRules({ ...settings, guest_range: '8.8.0.0/16' }).allows('8.8.8.8'), false);
  const rules = createAddressRules(settings);
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  for (const { address } of own) assert.equal(rules.allows(address), false, address);
});

test('networks that the operator names are allowed, and no others', () => {
  const rules = createAddressRules({ ...settings, webhook_allow_ranges: '10.1.0.0/16, fd00:1::/32' });
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00:1::5'])
    assert.equal(rules.allows(address), true);
  for (const address of ['10.2.0.1', '127.0.0.1', 'fd00:2::5']) assert.equal(rules.allows(address), false);
});
