"""What a person sees in a browser: server-rendered, without scripts, nothing from another host."""
