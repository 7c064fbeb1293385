"""A look at files before they are opened: bounded in time and memory, whatever they hold."""
