import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { networkOf, Strangers } from '../../src/ssh/strangers.ts';

let ports = 1;
function visitor(remoteAddress: string): Socket {
  const socket = Object.assign(new EventEmitter(), { remoteAddress, remotePort: ports++, destroy: () => {} });
  return socket as unknown as Socket;
}

describe('clients that have not logged in', () => {
  test('have a share each by address, and all together a bound', () => {
    const strangers = new Strangers({ all: 5, ofOne: 2 });
    const add = (address: string) => {
      const socket = visitor(address);
      return strangers.add(socket) ? socket : undefined;
    };
    const first = add('203.0.113.1');
    assert.ok(first && add('203.0.113.1'));
    assert.equal(add('203.0.113.1'), undefined);
    assert.equal(add('::ffff:203.0.113.1'), undefined);
    assert.ok(add('2001:db8::1') && add('2001:db8:0:0:ffff::2'));
    assert.equal(add('2001:db8::3'), undefined);
    first.emit('admitted');
    first.emit('close');
    assert.ok(add('203.0.113.1'));
    assert.equal(add('203.0.113.1'), undefined);
    assert.ok(add('203.0.113.2'));
    assert.equal(add('203.0.113.3'), undefined);
  });

  test('are told apart by what they can choose of their address', () => {
    assert.equal(networkOf('::ffff:10.0.0.1'), '10.0.0.1');
    assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
    assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0');
    assert.equal(networkOf('::1'), '0:0:0:0');
    assert.equal(networkOf('2001:db8::1:0:0:5'), '2001:db8:0:0');
  });
});
