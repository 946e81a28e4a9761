"""What the arms of an experiment measured, against its control."""
