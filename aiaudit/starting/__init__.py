"""A first configuration for a model and its data: proposed from names and values, decided by nobody yet."""
