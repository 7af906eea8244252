import base64
import os
import socket

import pytest

import nullspace
from nullspace import SandboxError, Template


@pytest.fixture
def context(tmp_path):
    root = tmp_path / "context"
    (root / "src" / "deep").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "b.log").write_text("b")
    (root / "src" / "one file.py").write_text("1")
    (root / "src" / "deep" / "two.py").write_text("2")
    (root / "src" / "deep" / "b.log").write_text("deep")
    (root / "src" / "run.sh").write_text("#!/bin/sh")
    (root / "src" / "run.sh").chmod(0o755)
    return root


def start(context, **options):
    return Template.from_image("a", file_context_path=str(context), **options)


def files(template):
    return [entry["path"] for entry in template.to_json()["build_context"]["files"]]


def below(paths, folder):
    return sorted(path.removeprefix(folder) for path in paths if path.startswith(folder) and path != folder)


def test_sources_are_named_by_their_steps(context):
    template = (
        start(context)
        .run_cmd("true")
        .copy(["a.txt", "src/one file.py"], "/x/", user="me:us", mode=0o600, force_upload=True)
        .copy_items([("a.txt", "/q"), {"src": ["a.txt", "b.log"], "dst": "/r/", "mode": "755"}])
    )
    body = template.to_json()
    assert body["steps"][1:] == [
        {
            "action": "copy",
            "sources": [
                "builder-context/step-1/src-0/a.txt",
                "builder-context/step-1/src-1/one_file.py",
            ],
            "dst": "/x/",
            "user": "me:us",
            "mode": "0600",
            "force_upload": True,
        },
        {
            "action": "copy_items",
            "items": [
                {"sources": ["builder-context/step-2/src-0/a.txt"], "dst": "/q"},
                {
                    "sources": [
                        "builder-context/step-2/src-1-0/a.txt",
                        "builder-context/step-2/src-1-1/b.log",
                    ],
                    "dst": "/r/",
                    "mode": "0755",
                },
            ],
        },
    ]
    first = body["build_context"]["files"][0]
    assert (first["entry_type"], first["mode"]) == ("file", "0644")
    assert base64.b64decode(first["content_base64"]) == b"a"


def test_a_folder_comes_with_all_below_it(context):
    body = start(context).copy("src", "/srv/").to_json()
    entries = {entry["path"]: entry for entry in body["build_context"]["files"]}
    root = "builder-context/step-0/src-0/src"
    assert (entries[root]["entry_type"], entries[f"{root}/run.sh"]["mode"]) == ("dir", "0755")
    assert below(entries, root) == [
        "/deep",
        "/deep/b.log",
        "/deep/two.py",
        "/one file.py",
        "/run.sh",
    ]


def test_a_glob_means_what_it_matches(context):
    template = start(context).copy("src/**/*.py", "/py/")
    assert [path.rsplit("/", 1)[1] for path in files(template)] == ["two.py", "one_file.py"]
    (context / "[odd]").write_text("a name that looks like a glob")
    assert len(files(start(context).copy("[odd]", "/x"))) == 1


def test_ignore_rules_are_those_of_docker(context):
    (context / ".dockerignore").write_text("# comment\n*.log\nsrc\n!src/deep/two.py\n")
    (context / ".nullspaceignore").write_text("a.txt\n")
    assert below(files(start(context).copy(".", "/x/")), "builder-context/step-0/src-0/context/") == [
        ".dockerignore",
        ".nullspaceignore",
        "src/deep/two.py",
    ]
    (context / ".dockerignore").write_text("*.log\n")
    found = files(start(context, file_ignore_patterns=["**/*.py"]).copy("src", "/x/"))
    assert below(found, "builder-context/step-0/src-0/src/") == ["deep", "deep/b.log", "run.sh"]
    with pytest.raises(SandboxError, match="ignore rules"):
        start(context).copy("b.log", "/x").to_json()
    with pytest.raises(SandboxError, match="names nothing"):
        start(context).copy("*.log", "/x").to_json()


def test_a_dockerfile_gets_its_folder_but_not_itself(context):
    (context / ".dockerignore").write_text("src\n")
    (context / "Dockerfile").write_text("FROM a\nCOPY . /\n")
    template = Template.from_dockerfile(str(context / "Dockerfile"))
    assert files(template) == ["a.txt", "b.log"]
    hinted = Template.from_dockerfile_content("FROM a\n", path_hint=str(context / "Dockerfile"))
    assert files(hinted) == ["Dockerfile", "a.txt", "b.log"]
    assert Template.from_dockerfile_content("FROM a\n").to_json() == {"dockerfile": "FROM a\n"}
    (context / "Dockerfile.dockerignore").write_text("*.log\nsrc/*\n")
    assert files(Template.from_dockerfile(str(context / "Dockerfile"))) == ["a.txt", "src"]


@pytest.mark.parametrize("source", ["../secret", "/etc/hostname", "", "src/../../secret", "nothing"])
def test_a_source_outside_or_nowhere_is_refused(context, source):
    (context.parent / "secret").write_text("s")
    with pytest.raises(SandboxError) as caught:
        start(context).copy(source, "/x").to_json()
    assert caught.value.code == "invalid_request"


@pytest.mark.parametrize("target", ["../secret", "/etc/hostname", "src", "dangling"])
@pytest.mark.parametrize("source", [".", "link", "l*"])
def test_links_out_of_the_context_and_to_no_file_are_refused(context, target, source):
    (context.parent / "secret").write_text("s")
    (context / "link").symlink_to(target)
    with pytest.raises(SandboxError, match="link"):
        start(context).copy(source, "/x").to_json()


def test_a_folder_behind_a_link_out_of_the_context_is_refused(context):
    (context.parent / "elsewhere").mkdir()
    (context.parent / "elsewhere" / "secret").write_text("s")
    (context / "link").symlink_to("../elsewhere")
    for source in ("link/secret", "link/*", "*/secret"):
        with pytest.raises(SandboxError, match=r"context|names nothing"):
            start(context).copy(source, "/x").to_json()


def test_a_link_that_no_glob_matches_is_in_nobodys_way(context):
    for name, target in (("out", "/etc/hostname"), ("folder", "src"), ("gone", "nothing")):
        (context / name).symlink_to(target)
    [entry] = start(context).copy("a.*", "/x").to_json()["build_context"]["files"]
    assert entry["path"] == "builder-context/step-0/src-0/a.txt"


def test_a_link_to_a_file_inside_is_sent_as_that_file(context):
    (context / "link").symlink_to("a.txt")
    [entry] = start(context).copy("link", "/x").to_json()["build_context"]["files"]
    assert (entry["path"], base64.b64decode(entry["content_base64"])) == (
        "builder-context/step-0/src-0/link",
        b"a",
    )


def test_what_is_no_file_is_refused(context):
    os.mkfifo(context / "pipe")
    with pytest.raises(SandboxError, match="pipe"):
        start(context).copy(".", "/x").to_json()
    (context / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(context / "sock"))
        with pytest.raises(SandboxError, match="sock"):
            start(context).copy(".", "/x").to_json()


def test_the_context_can_be_looked_at_without_a_server(context):
    template = start(context).copy("src", "/x/")
    for kind in (nullspace.Template, nullspace.AsyncTemplate):
        report = kind.inspect_build_context(template, "n")
        assert report["dry_run"] is True
        assert report["request"]["name"] == "n"
        facts = report["context"]
        assert (facts["file_count"], facts["directory_count"], facts["total_bytes"]) == (4, 2, 15)
        assert facts["largest_files"][0]["size_bytes"] == 9
        assert all(len(file["sha256"]) == 64 for file in facts["files"])
    assert "content_base64" not in str(report)
