"""The routes, one module per resource; each adds its own to the application."""
