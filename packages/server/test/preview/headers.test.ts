import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { cleanRequest, withoutTokens } from '../../src/preview/clean-request.ts';
import { cookieName, readCookie, withoutOurs } from '../../src/preview/cookies.ts';
import { nameIn, requireOwnName } from '../../src/preview/host-names.ts';
import { maskRequest, unmaskResponse } from '../../src/preview/mask-host.ts';

const mask = { outer: 'http://127.0.0.1:4000', inner: 'localhost:3000' };

describe('headers of previews', () => {
  test('tokens leave the address, the rest stays as it was written', () => {
    assert.equal(withoutTokens('/a?x=%20&edge_token=1&y'), '/a?x=%20&y');
    assert.equal(withoutTokens('/a?edge%5Ftoken=1'), '/a');
    assert.equal(withoutTokens('/a?traffic_access_token=1&edge_token=2'), '/a');
    assert.equal(withoutTokens('/a?b=edge_token'), '/a?b=edge_token');
    assert.equal(withoutTokens('/a'), '/a');
  });

  test('what is between neighbours and what clients claim is dropped', () => {
    const headers = {
      connection: 'keep-alive, X-Private, Host, Content-Length',
      'x-private': '1',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      'proxy-authorization': 'x',
      'x-forwarded-for': '1.2.3.4',
      'x-real-ip': '1.2.3.4',
      host: '127.0.0.1:4000',
      'content-length': '3',
    } as Record<string, string>;
    const request = {
      url: '/',
      headers,
      socket: { remoteAddress: '10.0.0.1' },
    } as unknown as IncomingMessage;
    cleanRequest(request, { origin: mask.outer, trusted: false });
    assert.deepEqual(headers, {
      connection: 'keep-alive',
      host: '127.0.0.1:4000',
      'content-length': '3',
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': '127.0.0.1:4000',
      'x-forwarded-proto': 'http',
    });
  });

  test('cookies of previews are told apart by sandbox and port, and kept from services', () => {
    const name = cookieName({ executionId: 'sb_a', port: 1 }, 'grant');
    assert.notEqual(name, cookieName({ executionId: 'sb_a', port: 2 }, 'grant'));
    assert.equal(readCookie(`x=1; ${name}=token`, name), 'token');
    assert.equal(withoutOurs(`x=1; ${name}=token; y=2`), 'x=1; y=2');
    assert.equal(withoutOurs(`${name}=token`), undefined);
  });

  test('a masked host is the only one that the service sees, and never leaves', () => {
    const seen = { host: 'x', origin: mask.outer, referer: `${mask.outer}.evil/` };
    maskRequest(seen, mask);
    assert.deepEqual(seen, {
      host: 'localhost:3000',
      origin: 'http://localhost:3000',
      referer: 'http://127.0.0.1:4000.evil/',
    });
    const lead = (location: string) => {
      const headers = { location };
      unmaskResponse(headers, mask);
      return headers.location;
    };
    assert.equal(lead('https://localhost:3000/a'), 'http://127.0.0.1:4000/a');
    assert.equal(lead('//localhost:3000'), 'http://127.0.0.1:4000');
    assert.equal(lead('http://localhost:30001/'), 'http://localhost:30001/');
    assert.equal(lead('/a'), '/a');
  });

  test('a foreign name is refused', () => {
    for (const host of ['127.0.0.1:1', 'localhost', '[::1]:80', 'box.example:80'])
      requireOwnName(host, 'box.example');
    for (const host of ['evil.example', '', undefined, 'localhost.evil', 'a@localhost', 'localhost:80:80']) {
      assert.throws(
        () => requireOwnName(host, 'box.example'),
        { code: 'preview_host_unknown' },
        String(host),
      );
    }
    for (const host of ['', undefined, 'a@localhost']) {
      assert.throws(() => requireOwnName(host, ''), { code: 'preview_host_unknown' }, String(host));
    }
    assert.equal(nameIn('A.Example:80'), 'a.example');
  });
});
