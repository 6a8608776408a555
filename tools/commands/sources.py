"""List which platforms the present settings reach, and what is missing for the others."""

from __future__ import annotations

import argparse
import os

from rich.console import Console
from rich.table import Table

from devhost.settings import read_app_settings
from tools.project import PROJECT

HELP = "which platforms the present settings reach, what others need"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(_args: argparse.Namespace) -> int:
    """Print the table."""
    # Imported here so that the other commands work while the app cannot be imported.
    from undertone.sources.config import SourcesConfig, describe  # noqa: PLC0415

    config = SourcesConfig.from_settings(read_app_settings(PROJECT, None, os.environ))
    table = Table("platform", "reached by", "to do")
    for platform in describe(config):
        by = f"[green]{platform.by}[/green]" if platform.by else "[red]not reached[/red]"
        table.add_row(platform.platform, by, platform.advice)
    Console().print(table)
    return 0
