"""The usual stack: what people run today for the same job, for ./dev bench peers."""
