"""B: checks of batches as the network receives them."""
