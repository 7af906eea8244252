import contextlib
import uuid

import pytest
from nullspace import BuildError, Sandbox, SandboxError, Template

SIZE = {"cpu_count": 1, "memory_mb": 256, "disk_mb": 1024}


@pytest.fixture
def name():
    chosen = f"published-{uuid.uuid4().hex[:12]}"
    yield chosen
    with contextlib.suppress(SandboxError):
        Template.delete(chosen)


def test_a_template_is_built_found_tagged_and_deleted(name, tmp_path):
    (tmp_path / "note.txt").write_text("from the context")
    builder = (
        Template.from_template("base")
        .set_file_context(str(tmp_path))
        .copy("note.txt", "/srv/note.txt")
        .run_cmd("echo built > /srv/built")
        .set_runtime_envs({"MODE": "fast"})
    )
    assert not Template.exists(name)
    entries = []
    built = Template.build(builder, name, tags=["v1"], on_log_entry=entries.append, **SIZE)
    assert built.name == name
    assert [entry.offset for entry in entries] == list(range(len(entries)))
    assert entries[-1].kind == "end"
    assert Template.exists(f"{name}:v1")
    assert name in [template.name for template in Template.list()]
    Template.assign_tags(f"{name}:v1", ["stable"])
    assert {tag.tag for tag in Template.get_tags(name)} == {"v1", "stable"}
    with Sandbox.create(template=f"{name}:stable") as sandbox:
        run = sandbox.commands.run("cat /srv/note.txt /srv/built; echo $MODE", shell=True)
        assert run.stdout == "from the contextbuilt\nfast\n"
        with pytest.raises(SandboxError) as refused:
            Template.delete(name)
        assert refused.value.code == "conflict"
    Template.delete(name)
    assert not Template.exists(name)


def test_a_build_goes_on_in_the_background(name):
    builder = Template.from_template("base").run_cmd("echo in the background")
    build = Template.build_in_background(builder, name, **SIZE)
    entries = []
    snapshot = build.wait_until_terminal(on_log_entry=entries.append)
    assert snapshot.build.status == "ready"
    logs = list(build.logs(offset=0, follow=False))
    assert [entry.offset for entry in logs] == [entry.offset for entry in entries]
    assert "in the background" in [entry.message for entry in logs]
    assert next(iter(build.logs(offset=2, follow=True))).offset == 2
    assert build.promote(tag="chosen").name == name
    assert [listed.build_id for listed in Template.list_builds(name).builds] == [build.build_id]


def test_a_failing_step_says_why(name):
    builder = Template.from_template("base").run_cmd("true").run_cmd("echo oops; exit 9")
    with pytest.raises(BuildError) as failed:
        Template.build(builder, name, **SIZE)
    detail = failed.value.error_detail
    assert (detail.phase, detail.step_index) == ("build_step", 1)
    assert detail.details["exit_code"] == 9
    assert detail.details["output_tail"] == ["oops"]
    assert not Template.exists(name)


def test_a_warm_pool_of_a_template_serves_a_create(name):
    Template.build(Template.from_template("base").run_cmd("echo warm > /warm"), name, **SIZE)
    pool = Template.create_warm_pool(
        name, name=name, min_ready=1, max_ready=1, vcpus=1, memory_mb=256, disk_mb=1024
    )
    try:
        assert pool.wait_until_ready().status.ready == 1
        with pytest.raises(SandboxError) as refused:
            Template.delete(name)
        assert refused.value.code == "conflict"
        assert pool.id in str(refused.value)
        with Sandbox.create(
            template=name, vcpus=1, memory_mb=256, disk_mb=1024, warm_pool=pool.id, warm_pool_mode="require"
        ) as sandbox:
            assert sandbox.get_info().warm_pool_checkout is not None
            assert sandbox.files.read("/warm") == "warm\n"
    finally:
        pool.delete()
