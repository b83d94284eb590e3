"""The HTTP API, the status page and the streams: commands in, read models out."""
