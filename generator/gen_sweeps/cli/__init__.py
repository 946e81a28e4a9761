"""The command line that a person types."""
