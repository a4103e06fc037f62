"""What the store keeps of customers that the desk was told of."""
