"""Speed and quality, measured and reported."""
