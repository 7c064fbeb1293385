"""Networks as Python text: the layout, each layer written out, whole networks."""
