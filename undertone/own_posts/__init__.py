"""Posts that people keep here themselves: their text, and what can be said of it."""
