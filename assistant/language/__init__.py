"""From text to meaning: sentence vectors, intents, mentions, understanding."""
