"""The ``vitalog`` command."""


def main() -> None:
    """Run the command line."""
