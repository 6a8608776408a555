from __future__ import annotations

import pytest

from tools import cli


def run(*arguments: str) -> int:
    """The exit code of `./dev` with these arguments."""
    try:
        return cli.main(arguments)
    except SystemExit as error:
        return int(error.code or 0)


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_every_command_has_a_line_of_help(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, command in cli.COMMANDS.items():
        assert f"{name} {command.HELP}" in text


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name, "--help") == 0
    assert f"usage: ./dev {name}" in capsys.readouterr().out


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dance") == 2
    assert "dance" in capsys.readouterr().err


def test_an_unknown_option_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("clean", "--everything") == 2
    assert "--everything" in capsys.readouterr().err


def test_options_belong_to_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("up", "--help") == 0
    assert "--invisibility" in capsys.readouterr().out


def test_pytest_gets_its_arguments_in_order(capfd: pytest.CaptureFixture[str]) -> None:
    only = ("-k", "unknown and not command", "-n0", "--collect-only", "-q")
    assert run("test", *only, "tests/tools/test_cli.py") == 0
    output = capfd.readouterr().out
    assert "test_an_unknown_option_is_named" in output
    assert "test_an_unknown_command_is_named" not in output
