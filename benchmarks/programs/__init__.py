"""The scripts that do the peers' share of the job; each runs in a process of its own."""
