"""The processes of a site: how they are started, and what they may not do."""
