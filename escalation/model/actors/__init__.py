"""The actors as Mesa agents, one class a role. An agent is one actor in *all* worlds of the block."""
