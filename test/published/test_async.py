import asyncio

import pytest
from nullspace import AsyncSandbox, NotFoundError, SandboxQuery, SandboxStatus

PATIENCE = 60


def test_a_sandbox_from_create_to_kill(label):
    async def story():
        async with await AsyncSandbox.create(template="base", metadata=label, envs={"A": "1"}) as sandbox:
            assert await sandbox.is_running()
            info = await sandbox.get_info()
            assert (info.id, info.status, info.metadata) == (sandbox.id, SandboxStatus.RUNNING, label)
            assert await sandbox.get_info(fields=["id"]) == {"id": sandbox.id}
            assert (await AsyncSandbox.get_info_by_id(sandbox.id)).template == "base"
            assert await sandbox.get_metrics()
            assert await AsyncSandbox.get_metrics_by_id(sandbox.id)
            await sandbox.set_timeout(120)
            connected = await AsyncSandbox.connect(sandbox.id)
            assert (await connected.commands.run("echo $A", shell=True)).stdout == "1\n"
        with pytest.raises(NotFoundError):
            await AsyncSandbox.get_info_by_id(sandbox.id)

    asyncio.run(story())


def test_lists(label):
    async def story():
        sandboxes = await asyncio.gather(*(AsyncSandbox.create(metadata=label) for _ in range(3)))
        query = SandboxQuery(metadata=label)
        paginator = await AsyncSandbox.list(limit=2, query=query)
        assert len(paginator.items) == 2
        assert paginator.has_next
        assert len(await paginator.next_items()) == 1
        assert not paginator.has_next
        found = {info.id async for info in await AsyncSandbox.list(limit=2, query=query)}
        assert found == {sandbox.id for sandbox in sandboxes}
        rows = await AsyncSandbox.list(query=query, fields=["status"])
        assert rows == [{"status": "running"}] * 3
        await asyncio.gather(*(AsyncSandbox.kill_by_id(sandbox.id) for sandbox in sandboxes))
        assert (await AsyncSandbox.list(query=query)).items == []

    asyncio.run(story())


def test_commands(sandbox):
    async def story():
        commands = (await AsyncSandbox.connect(sandbox.id)).commands
        out = []
        result = await commands.run("echo a; exit 2", shell=True, on_stdout=out.append)
        assert (result.exit_code, result.stdout, out) == (2, "a\n", ["a\n"])
        plain = await commands.run("echo b; sleep 0.3; echo c", shell=True, background=True)
        assert "".join([chunk[0] or "" async for chunk in plain]) == "b\nc\n"
        live = await commands.run("read line; echo $line", shell=True, background=True, on_stdout=out.append)
        await commands.send_stdin(live.pid, "word\n")
        assert (await live.wait(timeout=PATIENCE)).stdout == "word\n"
        assert live.pid in [process.pid for process in await commands.list()]
        sleeper = await commands.run("sleep", ["1000"], background=True)
        connected = await commands.connect(sleeper.pid)
        await commands.kill(sleeper.pid)
        assert (await connected.wait(timeout=PATIENCE)).exit_code == 137
        assert (await commands.get_logs(sleeper.pid)).exit_code == 137
        results = await asyncio.gather(*(commands.run("echo", [str(n)]) for n in range(8)))
        assert [result.stdout for result in results] == [f"{n}\n" for n in range(8)]

    asyncio.run(story())


def test_files(sandbox, folder):
    async def story():
        files = (await AsyncSandbox.connect(sandbox.id)).files
        assert (await files.write(f"{folder}/a", "grüße")).size == 7
        assert await files.read(f"{folder}/a") == "grüße"
        await files.write(f"{folder}/b", b"\x00\xff")
        assert await files.read(f"{folder}/b", format="bytes") == b"\x00\xff"
        stream = await files.read(f"{folder}/b", format="stream")
        assert b"".join([chunk async for chunk in stream]) == b"\x00\xff"
        assert [entry.name for entry in await files.list(folder)] == ["a", "b"]
        assert await files.exists(f"{folder}/a")
        assert (await files.rename(f"{folder}/a", f"{folder}/c")).name == "c"
        await files.make_dir(f"{folder}/d")
        assert (await files.info(f"{folder}/d")).is_dir
        await files.remove(f"{folder}/d")
        with pytest.raises(NotFoundError):
            await files.info(f"{folder}/d")

    asyncio.run(story())
