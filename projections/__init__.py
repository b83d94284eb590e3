"""Read models: what the events add up to, kept ready for queries. One ``.py`` beside one ``.sql`` each."""
