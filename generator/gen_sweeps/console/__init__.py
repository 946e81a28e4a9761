"""The only package that prints: the terminal, summaries, formats for programs, the report page."""
