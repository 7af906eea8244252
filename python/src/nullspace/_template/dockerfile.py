"""A template as the Dockerfile that does the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from shlex import quote
from typing import Any

from .definition import TemplateDefinition
from .steps import CopyItem, CopyStep, Step


def render_dockerfile(definition: TemplateDefinition) -> str:
    """The Dockerfile; probes and secrets have no place in one."""
    if definition.dockerfile is not None:
        return definition.dockerfile
    lines = [f"FROM {definition.base_image}", *_environment(definition.build_envs)]
    lines += [line for step in definition.steps for line in _lines(step)]
    lines += _environment(definition.runtime_envs)
    if definition.start_cmd is not None:
        lines.append(f"CMD {json.dumps(['sh', '-c', definition.start_cmd])}")
    return "\n".join(lines) + "\n"


def _lines(step: Step) -> Iterator[str]:
    if isinstance(step, CopyStep):
        yield from map(_copy, step.items)
        return
    action = step["action"]
    if action == "workdir":
        yield f"WORKDIR {step['path']}"
    elif action == "user":
        yield f"USER {step['user']}"
    elif action == "skip_cache":
        yield "# The cache ends here."
    else:
        yield f"RUN {_command(action, step)}"


def _command(action: str, step: dict[str, Any]) -> str:
    packages = " ".join(step.get("packages", ()))
    everyone = step.get("g")
    if action == "run":
        command = str(step["command"])
        return f"su -s /bin/sh -c {quote(command)} {quote(step['user'])}" if "user" in step else command
    if action == "apt_install":
        return f"apt-get update && apt-get install -y {packages} && rm -rf /var/lib/apt/lists/*"
    if action == "pip_install":
        return f"pip install {'--user ' if everyone is False else ''}--no-cache-dir {packages}"
    if action == "npm_install":
        return f"npm install {'-g ' if everyone else ''}{packages}"
    if action == "bun_install":
        return f"bun add {'--global ' if everyone else ''}{packages}"
    return _file_command(action, step)


def _file_command(action: str, step: dict[str, Any]) -> str:
    if action == "git_clone":
        branch = f"--branch {step['branch']} " if "branch" in step else ""
        depth = f"--depth {step['depth']} " if "depth" in step else ""
        return f"git clone {branch}{depth}{step['url']} {step['path']}"
    if action == "remove":
        flags = ("r" if step["recursive"] else "") + ("f" if step["force"] else "")
        return f"rm {f'-{flags} ' if flags else ''}{quote(step['path'])}"
    if action == "rename":
        return f"mv {'-f ' if step['force'] else ''}{quote(step['src'])} {quote(step['dst'])}"
    if action == "make_dir":
        path = quote(step["path"])
        return f"mkdir -p {path}" + (f" && chmod {step['mode']} {path}" if "mode" in step else "")
    return f"ln -s {quote(step['target'])} {quote(step['path'])}"


def _copy(item: CopyItem) -> str:
    flags = f"--chown={item.user} " if item.user else ""
    flags += f"--chmod={item.mode} " if item.mode else ""
    words = [*item.sources, item.dst]
    plain = len(item.sources) == 1 and not any(" " in word for word in words)
    return f"COPY {flags}{' '.join(words) if plain else json.dumps(words)}"


def _environment(envs: dict[str, str]) -> list[str]:
    return [f"ENV {name}={_value(value)}" for name, value in envs.items()]


def _value(value: str) -> str:
    return value if re.match(r"[\w.:/@%+,-]+\Z", value) else json.dumps(value).replace("$", "\\$")
