/** What `template init` writes: a web service, how to build it in three ways, and what is left out. */
export const starterFiles: Record<string, string> = {
  'server.py': `import http.server

# Answers every request with the files of the working directory.
http.server.test(http.server.SimpleHTTPRequestHandler, port=8000, bind="0.0.0.0")
`,
  'template.py': `from nullspace import Template, default_build_logger, wait_for_port

template = (
    Template.from_template("base", file_context_path=".")
    .copy("server.py", "/srv/server.py")
    .set_workdir("/srv")
    .set_start_cmd("python3 server.py", wait_for_port(8000))
)

if __name__ == "__main__":
    build = Template.build(template, "my-template", on_log_entry=default_build_logger())
    print(build.id)
`,
  'template.ts': `import { Template, waitForPort } from 'nullspace';

const template = Template.fromTemplate('base', { fileContextPath: '.' })
  .copy('server.py', '/srv/server.py')
  .setWorkdir('/srv')
  .setStartCmd('python3 server.py', waitForPort(8000));

const build = await Template.build(template, 'my-template', { onLogEntry: ({ message }) => console.error(message) });
console.log(build.id);
`,
  'build.sh': `#!/bin/sh
exec nullspace template build --from-template base --file-context . \\
  --copy-src server.py --copy-dst /srv/server.py --set-workdir /srv \\
  --start-cmd 'python3 server.py' --ready-port 8000 --name my-template
`,
  '.dockerignore': `.git
node_modules
__pycache__
.env
`,
};
