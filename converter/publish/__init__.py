"""Store → what others take away: sorted dumps, and changes sent to a triple store elsewhere."""
