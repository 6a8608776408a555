"""Finding comments by what they mean and by the words they have. Knows ports and numpy alone."""
