"""What checks measure with: groups, rates, means and ranks, and how groups are set against a reference."""
