import json

import pytest

import nullspace
from nullspace import (
    SandboxError,
    TemplateBuildSecret,
    wait_for_file,
    wait_for_port,
    wait_for_process,
    wait_for_timeout,
    wait_for_url,
)

GRACE = {"timeout_secs": 30, "interval_ms": 500, "startup_grace_secs": 2}


@pytest.fixture(params=[nullspace.Template, nullspace.AsyncTemplate], ids=["blocking", "asyncio"])
def kind(request):
    return request.param


def whole(kind):
    return (
        kind.from_ubuntu_image()
        .apt_install(["git", "curl"])
        .pip_install(["x"])
        .pip_install(["y"], g=False)
        .npm_install(["n"])
        .npm_install(["n"], g=True)
        .bun_install(["z"], g=True)
        .run_cmd("echo 1")
        .run_cmd(["a b", "c"], user="u")
        .skip_cache()
        .git_clone("https://example.test/x.git", branch="b", depth=1)
        .set_workdir("/w")
        .set_user("u")
        .remove("/z", True, True)
        .rename("/a", "/b", force=True)
        .make_dir("/d", mode=0o755)
        .make_symlink("/t", "/l")
        .set_build_envs({"A": "1"})
        .set_runtime_envs({"B": "two words"})
        .set_start_cmd("run me", wait_for_port(80))
        .add_build_secret("s", "hidden")
    )


def test_every_step_on_the_wire(kind):
    assert whole(kind).to_json(name="n", alias="al", tags=["t"], vcpus=1, memory_mb=256, disk_mb=9000) == {
        "base_image": "ubuntu:22.04",
        "steps": [
            {"action": "apt_install", "packages": ["git", "curl"]},
            {"action": "pip_install", "packages": ["x"]},
            {"action": "pip_install", "packages": ["y"], "g": False},
            {"action": "npm_install", "packages": ["n"]},
            {"action": "npm_install", "packages": ["n"], "g": True},
            {"action": "bun_install", "packages": ["z"], "g": True},
            {"action": "run", "command": "echo 1"},
            {"action": "run", "command": "a b", "user": "u"},
            {"action": "run", "command": "c", "user": "u"},
            {"action": "skip_cache"},
            {
                "action": "git_clone",
                "url": "https://example.test/x.git",
                "path": "/workspace",
                "branch": "b",
                "depth": 1,
            },
            {"action": "workdir", "path": "/w"},
            {"action": "user", "user": "u"},
            {"action": "remove", "path": "/z", "recursive": True, "force": True},
            {"action": "rename", "src": "/a", "dst": "/b", "force": True},
            {"action": "make_dir", "path": "/d", "mode": "0755"},
            {"action": "make_symlink", "target": "/t", "path": "/l"},
        ],
        "build_envs": {"A": "1"},
        "start_cmd": "run me",
        "runtime_config": {
            "default_user": "u",
            "default_workdir": "/w",
            "default_envs": {"B": "two words"},
            "readiness": {"kind": "tcp", "port": 80, **GRACE},
        },
        "build_secrets": [{"id": "s", "value": "hidden", "source": "value"}],
        "name": "n",
        "alias": "al",
        "tags": ["t"],
        "build_config": {"vcpus": 1, "memory_mib": 256, "disk_mb": 9000},
    }


def test_the_same_as_a_dockerfile(kind):
    template = whole(kind).copy("a.txt", "/app/", user="me", mode="644").copy(["a b", "c"], "/x/")
    assert template.to_dockerfile().splitlines() == [
        "FROM ubuntu:22.04",
        "ENV A=1",
        "RUN apt-get update && apt-get install -y git curl && rm -rf /var/lib/apt/lists/*",
        "RUN pip install --no-cache-dir x",
        "RUN pip install --user --no-cache-dir y",
        "RUN npm install n",
        "RUN npm install -g n",
        "RUN bun add --global z",
        "RUN echo 1",
        "RUN su -s /bin/sh -c 'a b' u",
        "RUN su -s /bin/sh -c c u",
        "# The cache ends here.",
        "RUN git clone --branch b --depth 1 https://example.test/x.git /workspace",
        "WORKDIR /w",
        "USER u",
        "RUN rm -rf /z",
        "RUN mv -f /a /b",
        "RUN mkdir -p /d && chmod 0755 /d",
        "RUN ln -s /t /l",
        "COPY --chown=me --chmod=0644 a.txt /app/",
        'COPY ["a b", "c", "/x/"]',
        'ENV B="two words"',
        'CMD ["sh", "-c", "run me"]',
    ]


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("x", "nullspace/x:latest"),
        ("x:t", "nullspace/x:t"),
        ("x:tb_1", "x:tb_1"),
        ("acme/x:t", "acme/x:t"),
        ("tmpl_1", "tmpl_1"),
    ],
)
def test_templates_to_start_from(kind, name, base):
    assert kind.from_template(name).to_json() == {"base_image": base}


def test_images_to_start_from(kind):
    images = [
        kind.from_base_image(),
        kind.from_debian_image(),
        kind.from_python_image("3.12", variant="slim"),
        kind.from_node_image("22"),
        kind.from_bun_image("1"),
    ]
    assert [image.to_json()["base_image"] for image in images] == [
        "ubuntu:22.04",
        "debian:stable-slim",
        "python:3.12-slim",
        "node:22",
        "oven/bun:1",
    ]


def test_credentials(kind, tmp_path):
    def auth(template):
        return template.to_json()["base_image_auth"]

    basic = {"kind": "basic", "username": "u", "password": "p"}
    assert auth(kind.from_image("a", username="u", password="p")) == basic
    assert auth(kind.from_image("a").set_base_image_auth(username="u", password="p")) == basic
    account = {"type": "service_account"}
    (tmp_path / "key.json").write_text(json.dumps(account))
    for given in (account, json.dumps(account), str(tmp_path / "key.json")):
        made = auth(kind.from_gcp_registry("a", service_account_json=given))
        assert made == {"kind": "gcp_artifact_registry", "service_account_json": account}
    keys = {"access_key_id": "i", "secret_access_key": "s", "region": "r"}
    assert auth(kind.from_aws_registry("a", **keys)) == {"kind": "aws_ecr", **keys}
    with pytest.raises(SandboxError, match="password"):
        kind.from_image("a", username="u")


def test_secrets(kind, monkeypatch, tmp_path):
    monkeypatch.setenv("TOKEN", "e")
    (tmp_path / "f").write_text("from file")
    template = (
        kind.from_image("a").add_build_secret_env("TOKEN").add_build_secret_file("file", tmp_path / "f")
    )
    secrets = template.to_json(build_secrets=[{"id": "more", "value": "m"}])["build_secrets"]
    assert [(secret["id"], secret["value"], secret["source"]) for secret in secrets] == [
        ("TOKEN", "e", "env"),
        ("file", "from file", "file"),
        ("more", "m", "value"),
    ]
    assert "hidden" not in repr(TemplateBuildSecret("s", "hidden"))
    for bad in ("a b", "", "TOKEN"):
        with pytest.raises(SandboxError, match="secret"):
            template.add_build_secret(bad, "v")
    with pytest.raises(SandboxError, match="NOWHERE"):
        template.add_build_secret_env("NOWHERE")


def test_probes():
    assert wait_for_file("/a b").to_payload()["command"] == "test -e '/a b'"
    assert wait_for_process("x y").to_payload()["command"] == "ps -eo comm= | grep -Fx -- 'x y' >/dev/null"
    assert wait_for_url("http://localhost:90/h").to_payload() == {
        "kind": "http",
        "port": 90,
        "path": "/h",
        **GRACE,
    }
    assert wait_for_url("http://127.0.0.1").to_payload()["port"] == 80
    assert wait_for_timeout(5).to_payload() == {"kind": "timeout", "timeout_ms": 5}
    ready = nullspace.Template.from_image("a").set_ready_cmd("true").to_json()["runtime_config"]
    assert ready == {"readiness": {"kind": "command", "command": "true", **GRACE}}


@pytest.mark.parametrize(
    "url", ["https://localhost", "http://example.com", "localhost:80", "http://localhost/?a=1"]
)
def test_a_probe_asks_only_the_sandbox_itself(url):
    with pytest.raises(SandboxError) as caught:
        wait_for_url(url)
    assert caught.value.code == "invalid_request"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda t: t.run_cmd(""),
        lambda t: t.run_cmd([]),
        lambda t: t.apt_install([]),
        lambda t: t.set_user(" "),
        lambda t: t.copy("a", ""),
        lambda t: t.copy("a", "/b", mode="999"),
        lambda t: t.copy("a", "/b", mode=-1),
        lambda t: t.copy_items([]),
        lambda t: t.copy_items([("a",)]),
        lambda t: t.copy_items([{"src": "a"}]),
        lambda t: t.copy_items([{"src": "a", "dst": "/b", "colour": "red"}]),
        lambda t: t.set_build_envs({"A=": "1"}),
        lambda t: t.set_runtime_envs({"A": 1}),
        lambda t: t.to_json(vcpus=1, cpu_count=2),
        lambda t: t.to_json(tags=[]),
        lambda t: wait_for_port(0),
        lambda t: wait_for_port(True),
    ],
)
def test_bad_values_are_refused_at_once(kind, wrong):
    with pytest.raises(SandboxError) as caught:
        wrong(kind.from_image("a"))
    assert caught.value.code == "invalid_request"


def test_a_dockerfile_takes_settings_but_no_steps(kind):
    template = kind.from_dockerfile_content("FROM a\n").set_start_cmd("serve", "true")
    body = template.to_json()
    assert (body["dockerfile"], body["start_cmd"], "steps" in body) == ("FROM a\n", "serve", False)
    assert template.to_dockerfile() == "FROM a\n"
    with pytest.raises(SandboxError, match="Dockerfile"):
        template.run_cmd("true")
