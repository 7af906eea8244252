import json
import subprocess
import sys

import pytest
from nullspace import NotFoundError, Sandbox, SandboxError, SandboxQuery, SandboxStatus, Template


@pytest.fixture
def three(label):
    return [Sandbox.create(metadata={**label, "number": number}).id for number in range(3)]


def test_pages(three, label):
    query = SandboxQuery(metadata=label)
    paginator = Sandbox.list(limit=2, query=query)
    assert [item.id for item in paginator.items] == three[:0:-1]
    assert paginator.has_next
    assert paginator.next_token
    assert [item.id for item in paginator.next_items()] == three[:1]
    assert not paginator.has_next
    assert paginator.next_items() == []
    assert [item.id for item in Sandbox.list(limit=1, query=query)] == three[::-1]


def test_conditions(three, label):
    def found(**query):
        metadata = {**label, **query.pop("metadata", {})}
        return [item.id for item in Sandbox.list(query=SandboxQuery(metadata=metadata, **query))]

    assert found(metadata={"number": 1}) == [three[1]]
    assert found(metadata={"number": "1"}) == []
    assert found(template="base") == three[::-1]
    assert found(template="other") == []
    assert found(state=[SandboxStatus.PAUSED]) == []
    assert found(state=[SandboxStatus.RUNNING, SandboxStatus.ERROR]) == three[::-1]
    running = Sandbox.list(state="running", query=SandboxQuery(metadata=label))
    assert [item.id for item in running] == three[::-1]
    Sandbox.kill_by_id(three[1])
    assert found() == [three[2], three[0]]


def test_fields(three, label):
    rows = Sandbox.list(limit=20, query=SandboxQuery(metadata=label), fields=["id", "status", "template"])
    assert rows == [{"id": item, "status": "running", "template": "base"} for item in three[::-1]]
    with pytest.raises(SandboxError) as caught:
        Sandbox.list(fields=["colour"])
    assert caught.value.code == "invalid_fields"


@pytest.mark.parametrize("options", [{"next_token": "nonsense"}, {"limit": 100_000}])
def test_bad_parameters(options):
    with pytest.raises(SandboxError) as caught:
        Sandbox.list(**options)
    assert caught.value.code == "invalid_request"


def test_connect_from_another_process(sandbox):
    program = (
        "import sys, json\n"
        "from nullspace import Sandbox\n"
        "sandbox = Sandbox.connect(sys.argv[1])\n"
        "result = sandbox.commands.run('echo from $0', shell=True)\n"
        "print(json.dumps([sandbox.id, sandbox.is_running(), result.exit_code]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, sandbox.id], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [sandbox.id, True, 0]


def test_connect_keeps_the_deadline_unless_told(sandbox):
    before = sandbox.get_info()
    connected = Sandbox.connect(sandbox.id)
    assert connected.get_info().timeout_at == before.timeout_at
    Sandbox.connect(sandbox.id, timeout=900)
    assert sandbox.get_info().timeout_at > before.timeout_at


def test_by_id(label):
    created = Sandbox.create(metadata=label)
    info = Sandbox.get_info_by_id(created.id)
    assert (info.id, info.status) == (created.id, SandboxStatus.RUNNING)
    assert Sandbox.get_info_by_id(created.id, fields="template") == {"template": "base"}
    assert Sandbox.get_metrics_by_id(created.id)
    assert Sandbox.kill_by_id(created.id) is None
    for call in (Sandbox.get_info_by_id, Sandbox.kill_by_id, Sandbox.connect, Sandbox.get_metrics_by_id):
        with pytest.raises(NotFoundError):
            call(created.id)
        with pytest.raises(NotFoundError) as caught:
            call("sb_doesnotexist")
        assert caught.value.code == "sandbox_not_found"


def test_templates():
    templates = {template.name: template for template in Template.list()}
    base = templates["base"]
    assert base.builtin
    assert base.description
    assert base.visibility.value == "public"
    assert {"name": "base"} in Template.list(fields=["name"])
    with Sandbox.create(base.ref) as sandbox:
        assert sandbox.is_running()
