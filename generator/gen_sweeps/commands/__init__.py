"""The commands, a module and a function for each: options in, an outcome out."""
