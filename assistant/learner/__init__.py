"""Who is talking: profile, progress, reviews."""
