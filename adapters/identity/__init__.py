"""What users prove who they are with."""
