"""The ``vitalog`` command. Its commands are put together in ``program.py``, so that this module stays light."""

from __future__ import annotations

import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line. What a person can put right is one sentence on standard error, and an exit code."""
    from infra.errors import UserError
    from infra.words import t, teach_typer

    teach_typer()
    import typer
    from typer.exceptions import TyperException

    from infra.cli.output import plain
    from infra.cli.program import app
    from infra.cli.usage import report

    try:
        sys.exit(app(prog_name="vitalog", standalone_mode=False) or 0)
    except TyperException as error:
        sys.exit(report(error))
    except typer.Abort:
        sys.exit(_INTERRUPTED)
    except UserError as error:
        print(t("vitalog: {sentence}", sentence=plain(error)), file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
