"""What we mean: the crosswalk, its tables, the profile, shapes, context and frame, and one loader."""
