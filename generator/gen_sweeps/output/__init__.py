"""The output folder: the plan of what has to change in it, and the changes."""
