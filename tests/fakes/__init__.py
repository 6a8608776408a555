"""Stand-ins for all platforms, answering over real HTTP on loopback in the platforms' own shapes.

    with app.running() as world:
        config = SourcesConfig(platforms_base=world.base, youtube_api_key=posts.KEY, …)
        url = posts.post_url("youtube", comments=5000)

or `python -m tests.fakes --port 7878` for another process, which then sees `GET /_log`.

A post's id says what it is, so that nothing need be set up (`posts.post_url` writes such ids):

- `comments=N`: exactly N comments with text, made up from the id, the same in every process;
  platforms that show deleted ones have some of those besides.
- `fault=NAME`: what goes wrong; see `faults.FAULTS` for the names. Those ending in a count of
  failures (`flaky`, `throttle1`, `midway`) answer well afterwards.
- Any other id is a post of 3 to 60 comments.

Every request is kept in `world.log` (platform, post, path, query) to be counted.

Nothing is imported here: the modules of this package would then import it in a circle.
"""
