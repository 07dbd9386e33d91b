"""What the model's speed is held against: two baselines of the same week, and one command that measures them."""
