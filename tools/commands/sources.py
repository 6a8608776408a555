"""`sources`: which platforms the present settings reach, and what is missing for the others."""

from __future__ import annotations

import argparse
import os

from rich.console import Console
from rich.table import Table

from devhost.settings import read_app_settings
from devhost.supervisor import PROJECT
from undertone.sources.config import SourcesConfig, describe


def main(arguments: list[str]) -> int:
    """Print the table."""
    argparse.ArgumentParser(prog="./dev sources", description=__doc__).parse_args(arguments)
    config = SourcesConfig.from_settings(read_app_settings(PROJECT, None, os.environ))
    table = Table("platform", "reached by", "to do")
    for reach in describe(config):
        by = f"[green]{reach.by}[/green]" if reach.by else "[red]not reached[/red]"
        table.add_row(reach.platform, by, reach.advice)
    Console().print(table)
    return 0
