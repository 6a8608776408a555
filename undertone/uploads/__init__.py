"""Files that people send: lists of links, and exports of comments."""
