"""``python -m infra``: the same program as the ``vitalog`` command, wherever the environment was moved to."""

from infra.cli import main

if __name__ == "__main__":
    main()
