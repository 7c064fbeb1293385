"""One neuron: its sum, its gradient, its steps and its truth table, number by number."""
