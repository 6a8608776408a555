"""The storage emulator on a data folder, behind a proxy, so that it can be restarted."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from devhost.azurite import azurite, connection_string
from tools.faults.proxy import FaultProxy
from tools.faults.relay import Address
from tools.project import AZURITE_HOME

_ENDPOINT = re.compile(r"(Blob|Queue|Table)Endpoint=http://([^:/]+):(\d+)/")


def addresses(connection: str) -> dict[str, Address]:
    """Where the services of a connection string of the emulator listen."""
    return {
        match[1].lower(): Address(match[2], int(match[3]))
        for match in _ENDPOINT.finditer(connection)
    }


class Emulator:
    """Runs during the `with` block; clients reach it through `proxy` alone."""

    def __init__(self, proxy: FaultProxy, folder: Path) -> None:
        """`folder` keeps its data from one start to the next."""
        self._proxy = proxy
        self._folder = folder
        self._running = ExitStack()

    @property
    def connection(self) -> str:
        """The connection string that leads through the proxy, the same after a restart."""
        return connection_string(*(self._proxy.url(name) for name in ("blob", "queue", "table")))

    def restart(self) -> None:
        """Stop it and start it on its data; meanwhile connections are reset.

        It is stopped between two requests: that a server keeps what it has acknowledged is taken
        for granted here, and the emulator writes its data at its end.
        """
        self._proxy.cut_off()
        self._running.close()
        self._start()

    def _start(self) -> None:
        direct = self._running.enter_context(azurite(folder=self._folder, home=AZURITE_HOME))
        self._proxy.point_at(addresses(direct))

    def __enter__(self) -> Self:
        """Start it."""
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._proxy.cut_off()
        self._running.close()
