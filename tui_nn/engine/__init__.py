"""Everything that needs torch: building, training, evaluating, looking for what went wrong."""
