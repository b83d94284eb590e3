"""The way back in for whoever has the machine: the admin token is switched on in the ledger itself."""

from __future__ import annotations


def switch_on_here() -> None:
    """Nothing when it works already. Recorded like every switching, with who did it in the shell of the machine.

    Raises:
        UserError: there is no database here, or it does not answer.
    """
    from adapters.clock import SteadyClock
    from adapters.ids import new_id
    from application.ports.ledger import NewEvent
    from domain.identity.events import BOOTSTRAP_STREAM, BootstrapTokenSwitched
    from infra.cli.here import ledger_here, person_here

    with ledger_here("access") as (_, ledger):
        newest = ledger.read_stream(BOOTSTRAP_STREAM, newest_first=True, limit=1)
        if not newest or (isinstance(newest[0].event, BootstrapTokenSwitched) and newest[0].event.works):
            return
        event = BootstrapTokenSwitched(at=SteadyClock().now(), works=True)
        ledger.append([NewEvent(BOOTSTRAP_STREAM, newest[0].version + 1, event, person_here(), new_id())])
