"""Events, state and decisions: pure functions over immutable values, with no I/O, no clock and no random ids."""
