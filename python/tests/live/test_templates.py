"""Templates and warm pools, from a definition to a sandbox."""

import uuid

import pytest

from nullspace import BuildError

SIZE = {"vcpus": 1, "memory_mb": 256}


@pytest.fixture
def name(sdk):
    """A name of the test's own, whose template goes with it."""
    name = f"live-{uuid.uuid4().hex[:12]}"
    yield name
    if sdk.Template.exists(name):
        sdk.Template.delete(name)


def test_a_template_from_files_to_a_sandbox(sdk, name, tmp_path):
    (tmp_path / "a.txt").write_text("from a file")
    (tmp_path / "b.log").write_text("left out")
    (tmp_path / ".dockerignore").write_text("*.log\n")
    builder = sdk.Template.from_template("base", file_context_path=str(tmp_path))
    builder.copy(".", "/srv/", mode=0o640).set_workdir("/srv").set_runtime_envs({"COLOUR": "red"})
    seen = []
    build = sdk.Template.build(builder, f"{name}:stable", on_log_entry=seen.append, **SIZE)
    assert build.status == "ready"
    assert [entry.offset for entry in seen] == list(range(len(seen)))
    with sdk.Sandbox.create(f"{name}:stable", **SIZE) as sandbox:
        result = sandbox.commands.run("cat a.txt; ls; echo $COLOUR", shell=True)
        assert result.stdout.split("\n")[:2] == ["from a filea.txt", "red"]
    again = sdk.Template.build_in_background(builder, f"{name}:next", **SIZE)
    assert again.wait_until_terminal().build.status == "ready"
    assert [entry.offset for entry in again.logs(offset=1)][:1] == [1]
    assert sorted(tag.tag for tag in sdk.Template.get_tags(name)) == ["next", "stable"]


def test_a_build_that_fails(sdk, name):
    builder = sdk.Template.from_template("base").run_cmd("true").run_cmd("echo why >&2; exit 3")
    with pytest.raises(BuildError) as caught:
        sdk.Template.build(builder, name, **SIZE)
    assert (caught.value.failure.phase, caught.value.failure.step_index) == ("build_step", 1)
    assert caught.value.suggested_action


def test_a_pool_from_its_making_to_a_sandbox(sdk):
    pool = sdk.TemplateWarmPool.create("base", name="live", min_ready=1, max_ready=1, vcpus=1, memory_mb=128)
    try:
        assert pool.wait_until_ready().status.ready == 1
        with sdk.Sandbox.create(
            vcpus=1, memory_mb=128, warm_pool=pool.id, warm_pool_mode="require", warm_pool_wait_ms=30000
        ) as sandbox:
            checkout = sandbox.get_info().warm_pool_checkout
            assert (checkout.source, checkout.hit, checkout.id) == ("ready_instance", True, pool.id)
        assert pool.disable().state == "disabled"
        assert pool.id in [info.id for info in sdk.TemplateWarmPool.list(template="base")]
    finally:
        pool.delete()
