"""Sources by platform, each built when first asked for and anew when its credentials change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from undertone.ports import Source
from undertone.sources.config import SourcesConfig, secrets_of


class _Built(NamedTuple):
    config: SourcesConfig
    source: Source


class CurrentSources:
    """Gives the source of a platform with the credentials that it has now. Safe for threads."""

    def __init__(
        self,
        config: SourcesConfig,
        secrets: Callable[[tuple[str, ...]], dict[str, str]],
        build: Callable[[SourcesConfig], dict[str, Source]],
    ) -> None:
        """`secrets` gives the present values of these settings. Raises Transient."""
        self._config = config
        self._secrets = secrets
        self._build = build
        self._built: dict[str, _Built] = {}
        self._lock = threading.Lock()

    def __call__(self, platform: str) -> Source:
        """The source of `platform`. Raises Transient if its credentials cannot be had now.

        Only the credentials of this platform are asked for: those of others may be out of reach.
        """
        secrets = self._secrets(secrets_of(platform))
        changes: dict[str, Any] = {name.lower(): value for name, value in secrets.items()}
        config = replace(self._config, **changes)
        with self._lock:
            built = self._built.get(platform)
            if built is None or built.config != config:
                built = _Built(config, self._build(config)[platform])
                self._built[platform] = built
            return built.source
