"""What people talk about: topics, entities and the sentiment towards them, and facts to query."""
