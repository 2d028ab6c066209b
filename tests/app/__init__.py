"""Commands and processes, as an operator runs them."""
