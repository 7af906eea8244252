"""SSH access to one sandbox."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from .._core import ssh_calls
from .._models.ssh_access import SshAccess, SshAccessInfo
from .._ssh.identity import find_identity, keep_access, minutes_of

if TYPE_CHECKING:
    from .transport import AsyncTransport


class AsyncSandboxSsh:
    """Methods of `AsyncSandbox` about SSH."""

    _transport: AsyncTransport

    @property
    def id(self) -> str:
        """Id of the sandbox."""
        raise NotImplementedError

    async def create_ssh_access(
        self,
        *,
        public_key: str | None = None,
        user: str | None = None,
        expires_in_minutes: int | None = None,
        ttl_minutes: int | None = None,
        identity_file: str | Path | None = None,
        key_dir: str | Path | None = None,
    ) -> SshAccess:
        """Lets the holder of a key in over SSH for a while. Nothing has to be installed in the sandbox.

        Args:
            public_key: key on one line, whose private key the caller holds elsewhere.
            user: account inside the sandbox; by default that of commands which name none.
            expires_in_minutes: when it ends and its connections are cut, at most a day; 60 by default.
            ttl_minutes: another name of it.
            identity_file: private key to use. The certificate is kept beside it.
            key_dir: where a key of the SDK's own lies, which is used without the two; it is made by
                `ssh-keygen` when it is first needed. `~/.nullspace/ssh` by default.

        Raises:
            SandboxError: the key is none, or the lifetime is out of bounds (`invalid_request`).
        """
        minutes = minutes_of(expires_in_minutes, ttl_minutes)
        identity = await asyncio.to_thread(find_identity, public_key, identity_file, key_dir)
        call = ssh_calls.create_ssh_access(
            self.id, public_key=identity.public_key, user=user, expires_in_minutes=minutes
        )
        access = await self._transport.execute(call)
        return await asyncio.to_thread(keep_access, access, identity)

    async def list_ssh_access(self) -> list[SshAccessInfo]:
        """Accesses of this sandbox, the newest first, those that are over too."""
        return await self._transport.execute(ssh_calls.list_ssh_access(self.id))

    async def revoke_ssh_access(self, access_id: str) -> SshAccessInfo:
        """Revokes an access and cuts the connections that it let in.

        Raises:
            NotFoundError: the sandbox has no such access.
        """
        return await self._transport.execute(ssh_calls.revoke_ssh_access(self.id, access_id))
