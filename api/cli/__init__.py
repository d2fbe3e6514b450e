"""The command line: every command speaks the HTTP API, to the hub that runs or to one of its own.

A file for each noun; `main` turns every error into one line and an exit code.
Holds no rule of its own, and imports what is slow only when a command runs.
"""

from __future__ import annotations

import typer

from api.cli.app import app
from api.cli.ending import end_process
from api.cli.problems import CommandFailedError, one_line
from labeling.errors import LabelloopError

DONE = 0
FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong use.

    Parameters
    ----------
    arguments
        What follows the program's name; None takes the process's own.

    """
    try:
        code = app(args=arguments, prog_name="labelloop", standalone_mode=False)
    except typer.TyperException as error:
        complain(f"{one_line(error.format_message())} Try `labelloop --help`.")
        return error.exit_code
    except typer.Exit as error:
        return error.exit_code
    except (CommandFailedError, LabelloopError, OSError) as error:
        complain(one_line(str(error)))
        return WRONG_USE if getattr(error, "is_wrong_use", False) else FAILED
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def complain(line: str) -> None:
    """Print an error as one line."""
    typer.echo(f"labelloop: {line}", err=True)


def main() -> None:
    """Run the command line."""
    end_process(run())
