"""New inputs, read in the form that training had."""
