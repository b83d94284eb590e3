"""What the person at the terminal is told when something cannot be done."""


class UserError(Exception):
    """One sentence that says what happened and what to do; printed without a traceback.

    ``exit_code`` follows the table in ``infra/cli/__init__.py``.
    """

    def __init__(self, message: str, *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
