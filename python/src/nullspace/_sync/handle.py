"""The handle of one sandbox, and the ways to get one."""

from __future__ import annotations

import builtins
from types import TracebackType
from typing import Any, TypeVar, overload

from .._core import sandbox_calls, snapshot_calls
from .._core.connection import CREATE_TIMEOUT
from .._core.create_call import checkout, create
from .._core.fields import Fields
from .._models.metrics import SandboxMetrics
from .._models.sandbox_info import SandboxInfo
from .._models.state import SandboxStatus, SandboxTimeoutAction
from .._models.warm_pool import WarmPoolCheckoutMode
from ..errors import NotFoundError, SandboxError
from .commands import Commands
from .directory import SandboxDirectory
from .files import Files
from .git import Git
from .life import SandboxLife
from .lifetime import lasting_transport
from .network import SandboxNetwork
from .previews import SandboxPreviews
from .pty import Pty
from .ssh import SandboxSsh
from .transport import Transport

S = TypeVar("S", bound="Sandbox")


class Sandbox(SandboxLife, SandboxPreviews, SandboxSsh, SandboxDirectory):
    """An isolated Linux computer. Get one with `Sandbox.create` or `Sandbox.connect`.

    As a context manager it is killed at the end of the block, also after an exception, unless it was
    paused inside:

        with Sandbox.create(template="base") as sandbox:
            print(sandbox.commands.run("echo ready", shell=True).stdout)

    Every method that takes `api_key` and `base_url` finds them by itself in the environment, in `.env` or in
    the configuration file when they are left out.
    """

    def __init__(self, info: SandboxInfo, transport: Transport, *, dispatch_proof: str | None = None) -> None:
        super().__init__(info, transport)
        self.commands = Commands(info.id, transport, dispatch_proof)
        self.files = Files(info.id, transport)
        self.pty = Pty(info.id, transport)
        self.git = Git(self.commands)
        self.network = SandboxNetwork(info.id, transport)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id!r})"

    @property
    def cwd(self) -> str | None:
        """Working directory of commands and base of relative paths."""
        return self._info.cwd

    @property
    def traffic_access_token(self) -> str | None:
        """Secret that previews ask for when the sandbox was created without public traffic."""
        return self._info.traffic_access_token

    @classmethod
    def create(
        cls: type[S],
        template: str = "base",
        *,
        snapshot_id: str | None = None,
        vcpus: int | None = None,
        memory_mb: int | None = None,
        disk_mb: int | None = None,
        timeout: float = 300,
        idempotency_key: str | None = None,
        timeout_action: SandboxTimeoutAction | str | None = None,
        envs: dict[str, str] | None = None,
        metadata: dict[str, Any] | None = None,
        network: dict[str, Any] | None = None,
        internet_access: bool | None = None,
        cwd: str | None = None,
        on_timeout: str | None = None,
        auto_resume: bool = False,
        warm_pool: str | None = None,
        warm_pool_mode: WarmPoolCheckoutMode | str | None = None,
        warm_pool_wait_ms: int | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        request_timeout: float | None = None,
    ) -> S:
        """Creates a sandbox and returns when it takes commands.

        Args:
            template: what it is made from: a name, `name:tag` or `namespace/name`.
            snapshot_id: start from this snapshot. Template, size, environment and working directory are then
                the snapshot's, and passing others is refused.
            vcpus: virtual CPUs; 2 by default.
            memory_mb: memory in MiB; 512 by default.
            disk_mb: at least this much disk in MiB; the server's default otherwise.
            timeout: seconds until it is destroyed, counted from its start. `set_timeout` moves the deadline.
            idempotency_key: a second create with the same key returns the sandbox of the first. Made up by
                default, so that repeated attempts after a broken connection create one sandbox.
            timeout_action: what happens at the deadline, `destroy` (the default) or `hibernate`.
            envs: environment of every command.
            metadata: labels of yours, returned and usable in `Sandbox.list`.
            network: policy for traffic, such as `{"mask_request_host": "localhost:${PORT}"}` or
                `{"bandwidth": {"upload_mbps": 10, "download_mbps": 50}}`.
            internet_access: `False` cuts all outbound traffic; by default it is open, or as in the snapshot.
            cwd: working directory of commands, made if missing; `/workspace` by default.
            on_timeout: another spelling of `timeout_action`: `destroy` or `pause`.
            auto_resume: wake the sandbox when a preview of it is asked for after a pause.
            warm_pool: take a ready sandbox of this pool, `twp_…`. All else holds for it as for a new one.
            warm_pool_mode: what happens when none is ready: `prefer` makes a new one, `require` fails with
                `warm_pool_unavailable`. `bypass` makes a new one in any case.
            warm_pool_wait_ms: how long to wait for one to get ready.
            api_key: key of the API.
            base_url: address of the API.
            request_timeout: seconds of silence after which a request of this handle fails; 120 by default.

        Raises:
            NotFoundError: there is no such template or snapshot.
            ConflictError: the snapshot cannot be used on this machine (`incompatible_snapshot`,
                `rebuild_required`) or is damaged (`snapshot_corrupt`).
            QuotaExceededError: the tenant's limit is reached, or no machine has room.
            SandboxError: a value is out of bounds (`invalid_request`); nothing was created.
        """
        call = create(
            template,
            snapshot_id=snapshot_id,
            vcpus=vcpus,
            memory_mb=memory_mb,
            disk_mb=disk_mb,
            timeout=timeout,
            idempotency_key=idempotency_key,
            timeout_action=timeout_action,
            envs=envs,
            metadata=metadata,
            network=network,
            internet_access=internet_access,
            cwd=cwd,
            on_timeout=on_timeout,
            auto_resume=auto_resume,
            warm_pool=checkout(warm_pool, warm_pool_mode, warm_pool_wait_ms),
        )
        patience = CREATE_TIMEOUT if request_timeout is None else request_timeout
        with lasting_transport(api_key, base_url, patience) as transport:
            info, proof = transport.execute(call)
            return cls(info, transport, dispatch_proof=proof)

    @classmethod
    def connect(
        cls: type[S],
        sandbox_id: str,
        *,
        timeout: float | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        request_timeout: float | None = None,
    ) -> S:
        """A handle of a sandbox that exists. A paused one is resumed, under a new id.

        Args:
            sandbox_id: id of the sandbox.
            timeout: seconds until it is destroyed, counted from now. By default its deadline stays.
            api_key: key of the API.
            base_url: address of the API.
            request_timeout: seconds of silence after which a request of this handle fails; 30 by default.

        Raises:
            NotFoundError: there is no such sandbox, or it is destroyed.
            ConflictError: it has failed.
        """
        with lasting_transport(api_key, base_url, request_timeout) as transport:
            info = transport.execute(sandbox_calls.get_info(sandbox_id))
            snapshot_id = sandbox_calls.snapshot_to_resume(info)
            if snapshot_id:
                info = transport.execute(snapshot_calls.resume(snapshot_id))
            if timeout is not None:
                transport.execute(sandbox_calls.set_timeout(info.id, timeout))
            return cls(info, transport)

    @classmethod
    def resume(
        cls: type[S],
        snapshot_id: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        request_timeout: float | None = None,
    ) -> S:
        """Brings back the sandbox that was paused into a snapshot, under a new id.

        A pause is resumed once: further calls return the sandbox that runs from it. A snapshot made by
        `create_snapshot` starts another sandbox with each call.

        Args:
            snapshot_id: id of the snapshot, as `hibernate` returned it.
            api_key: key of the API.
            base_url: address of the API.
            request_timeout: seconds of silence after which a request fails; 300 by default for the resume.

        Raises:
            NotFoundError: there is no such snapshot, or the sandbox resumed from it has ended.
            ConflictError: the snapshot cannot be used on this machine (`incompatible_snapshot`,
                `rebuild_required`) or is damaged (`snapshot_corrupt`).
        """
        with lasting_transport(api_key, base_url, request_timeout) as transport:
            return cls(transport.execute(snapshot_calls.resume(snapshot_id, request_timeout)), transport)

    @overload
    def get_info(self, *, fields: None = None) -> SandboxInfo: ...

    @overload
    def get_info(self, *, fields: builtins.list[str] | tuple[str, ...] | str) -> dict[str, Any]: ...

    def get_info(self, *, fields: Fields = None) -> SandboxInfo | dict[str, Any]:
        """What the server knows about the sandbox now. With `fields`, a dictionary of just those."""
        if fields is None:
            return self._transport.execute(sandbox_calls.get_info(self.id))
        return self._transport.execute(sandbox_calls.get_fields(self.id, fields))

    def is_running(self) -> bool:
        """Whether it takes commands. `False` for one that is gone."""
        try:
            return self.get_info().status is SandboxStatus.RUNNING
        except NotFoundError:
            return False

    def get_metrics(self) -> builtins.list[SandboxMetrics]:
        """Samples of its use of resources, the oldest first."""
        return self._transport.execute(sandbox_calls.get_metrics(self.id))

    def kill(self) -> None:
        """Destroys the sandbox with all its processes and files."""
        self._transport.execute(sandbox_calls.kill(self.id))

    def close(self) -> None:
        """Closes the handle's connections. The sandbox goes on."""
        self._transport.close()

    def __enter__(self: S) -> S:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if not self._kept:
                self.kill()
        except NotFoundError:
            # It was killed inside the block, or its deadline passed.
            pass
        except SandboxError:
            # An exception of the block says more; the sandbox's deadline ends it then.
            if exc is None:
                raise
        finally:
            self.close()
