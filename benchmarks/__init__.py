"""What gen-sweeps costs, measured beside what the work itself costs."""
