"""The nine error channels of the contract, one file each.

Errors belong to the world, not to the decision rules: a rule never sees its own tremble. Each file says what its
multiplier scales (``apply``, on the parameter tables, once per row) and, where the error is drawn, how.
"""
