// Publishes records in the DNS server of the tests, or misbehaves as the file "mode" beside the file of calls says.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';

const [folder, dns, action, name, value] = process.argv.slice(2);
const mode = readFileSync(`${folder}/mode`, 'utf8');
appendFileSync(`${folder}/calls`, `${action} ${name} ${value}\n`);
appendFileSync(
  `${folder}/seen`,
  `${JSON.stringify({ names: Object.keys(process.env), uid: process.getuid() })}\n`,
);
if (action === 'present' && mode === 'fail') {
  console.error('no such zone');
  process.exit(3);
}
if (action === 'present' && mode === 'hang') {
  const child = spawn('sleep', ['3600'], { stdio: 'ignore' });
  appendFileSync(`${folder}/hanging`, `${process.pid} ${child.pid}\n`);
  setInterval(() => {}, 1000);
} else {
  const said = mode === 'wrong' ? 'something else' : value;
  const [path, body] =
    action === 'present' ? ['set-txt', { host: name, value: said }] : ['clear-txt', { host: name }];
  const answer = await fetch(`${dns}/${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) process.exit(1);
}
