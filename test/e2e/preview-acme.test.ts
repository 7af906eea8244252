import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { WebSocket } from 'ws';
import { type Authority, startAuthority } from '../harness/acme/authority.ts';
import { shakeHands } from '../harness/acme/handshake.ts';
import { repository } from '../harness/artifacts.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const DOMAIN = 'previews.example';
const PORT = 3000;
const service = readFileSync(new URL('../guest/web-service.mjs', import.meta.url));

describe('a certificate of previews by ACME', () => {
  const context = suite();
  let authority: Authority;
  let installation: Installation;
  let sandbox: Sandbox;
  let folder: string;
  let host: string;
  let root: string;

  before(async () => {
    authority = await startAuthority(context, { bound: true });
    root = await authority.root();
    const settings = {
      ...authority.settings,
      preview_domain: DOMAIN,
      preview_port: '0',
      preview_acme_retry_ms: '200',
    };
    installation = await startInstallation(context, { settings });
    folder = join(installation.dataDir, 'server/acme');
    sandbox = await Sandbox.create({ ...installation.connection, timeout: 3600 });
    context.after(() => sandbox.kill().catch(() => undefined));
    await sandbox.files.write('/srv/web-service.mjs', service);
    await sandbox.commands.run('node', { args: ['/srv/web-service.mjs', String(PORT)], background: true });
    assert.equal((await sandbox.previews.waitFor(PORT)).ready, true);
    host = await sandbox.getHost(PORT);
  });

  const trusted = () => shakeHands(host, root).then(closed, () => false);
  const state = () => JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as Record<string, unknown>;
  const metric = async (name: string) =>
    Number(new RegExp(`^${name} (.*)$`, 'm').exec(await (await fetch(installation.metricsUrl)).text())?.[1]);

  test('is got without anybody doing anything, for every name below the domain', async () => {
    await until(trusted, 'previews have a certificate');
    const { socket, protocol } = await shakeHands(host, root);
    assert.equal(protocol, 'h2');
    assert.equal(socket.getPeerCertificate().subjectaltname, `DNS:*.${DOMAIN}`);
    socket.destroy();
    const answer = await ask('/echo');
    assert.equal(answer.status, 200);
    assert.equal(
      (JSON.parse(answer.body) as { headers: Record<string, string> }).headers['x-forwarded-proto'],
      'https',
    );
  });

  test('leaves keys to the account of the server alone, and no record behind', async () => {
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(folder).sort(), ['account.json', 'certificate.pem', 'state.json']);
    for (const name of readdirSync(folder))
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    const [present, cleanup, ...others] = authority.calls();
    assert.match(present!, /^present _acme-challenge\.previews\.example\. [\w-]{43}$/);
    assert.equal(cleanup, present!.replace('present', 'cleanup'));
    assert.deepEqual(others, []);
    const { names } = JSON.parse(authority.lines('seen')[0]!) as { names: string[] };
    assert.deepEqual(
      names.filter((name) => name.startsWith('NULLSPACE')),
      [],
    );
  });

  test('is seen in metrics and on the command line', async () => {
    const expires = Date.parse(String(state().expires_at));
    const days = (expires - Date.now()) / 86_400_000;
    assert.ok(days > 89 && days < 91, `${days} days`);
    const renewed = (Date.parse(String(state().renew_at)) - Date.now()) / 86_400_000;
    assert.ok(renewed > 59 && renewed < 62, `renewed after ${renewed} days`);
    assert.equal(await metric('nullspace_preview_certificate_expiry_seconds'), expires / 1000);
    assert.equal(await metric('nullspace_preview_certificate_failures'), 0);
    assert.equal(await metric('nullspace_preview_certificate_attempts_total{outcome="issued"}'), 1);
    assert.match(doctor().message, /^\*\.previews\.example until .*, renewed from /);
  });

  test('is renewed without a restart; the old one serves until then, and open connections stay', async () => {
    await installation.server.kill('SIGTERM');
    const old = age(DOMAIN);
    writeFileSync(join(folder, 'certificate.pem'), old);
    authority.setMode('fail');
    await installation.startServer();
    host = await (await Sandbox.connect(sandbox.id, installation.connection)).getHost(PORT);
    await until(() => Number(state().failures) >= 2, 'the renewal has failed twice');
    const socket = await openSocket(old);
    const probe = doctor();
    assert.equal(probe.status, 'warn');
    assert.match(probe.message, /\d attempts failed.*no such zone/);
    authority.setMode('');
    await until(trusted, 'the certificate was renewed');
    await until(() => state().failures === 0, 'it is noted');
    socket.send('still there');
    const [answer] = await once(socket, 'message');
    assert.equal(String(answer), 'still there');
    socket.terminate();
    assert.equal((await ask('/echo')).status, 200);
  });

  /** What `nullspace doctor` says of the certificate. */
  function doctor(): { status: string; message: string } {
    const cli = join(repository, 'packages/cli/bin/nullspace.js');
    const settings = Object.fromEntries(
      Object.entries({ ...authority.settings, preview_domain: DOMAIN, data_dir: installation.dataDir }).map(
        ([name, value]) => [`NULLSPACE_${name.toUpperCase()}`, value],
      ),
    );
    const env = { ...process.env, ...settings, ...installation.clientEnv() };
    let printed: string;
    try {
      printed = execFileSync(process.execPath, [cli, 'doctor', '--json'], { env, encoding: 'utf8' });
    } catch (error) {
      // Other probes look at things that tests do without.
      printed = (error as { stdout: string }).stdout;
    }
    const found = JSON.parse(printed) as { probes: { name: string; status: string; message: string }[] };
    return found.probes.find(({ name }) => name === 'preview_certificate')!;
  }

  /** A WebSocket by a certificate that trusts `ca` alone; it stays open for as long as the test takes. */
  async function openSocket(ca: string): Promise<WebSocket> {
    const [servername, port] = host.split(':');
    const options = { ca, servername: servername!, headers: { host } };
    const socket = new WebSocket(`wss://127.0.0.1:${port}/`, options);
    await once(socket, 'open');
    return socket;
  }

  async function ask(path: string): Promise<{ status: number; body: string }> {
    const [servername, port] = host.split(':');
    const options = { host: '127.0.0.1', port, path, ca: root, servername, headers: { host }, agent: false };
    const asking = request(options).end();
    const [response] = await once(asking, 'response');
    return { status: response.statusCode, body: await text(response) };
  }
});

function closed({ socket }: { socket: { destroy(): void } }): true {
  socket.destroy();
  return true;
}

/** A certificate of another authority of which more than two thirds of its life are over. */
function age(domain: string): string {
  const program = join(repository, 'test/harness/certificate.go');
  return execFileSync('go', ['run', program, '-age', '100h', `*.${domain}`], { encoding: 'utf8' });
}
