"""Plans and makes the changes of the output folder."""
