"""Where everything is: queues, and the blobs of the containers `jobs` and `results`.

Job ids and fixed prefixes cannot collide: an id is always `JOB_ID_LENGTH` characters of its own
alphabet.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from undertone.text import digest

QUEUE_JOBS = "jobs"
QUEUE_POSTS = "posts"
QUEUE_COMMENTS = "comments"
QUEUE_FINISHED = "finished"
QUEUE_FACTS = "facts"
QUEUE_WINDOWS = "windows"


def poison_queue(queue: str) -> str:
    """Where the host puts messages of `queue` that failed every try."""
    return f"{queue}-poison"


ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: sorts like the numbers it writes, has no letters that look like digits."""
_TIME_DIGITS = 9  # 45 bits of milliseconds: until the year 3084
_RANDOM_DIGITS = 16  # 80 bits: not to be guessed
JOB_ID_LENGTH = _TIME_DIGITS + _RANDOM_DIGITS
_LAST_MOMENT = 32**_TIME_DIGITS - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JOB_ID = re.compile(f"[{ALPHABET}]{{{JOB_ID_LENGTH}}}")


def _base32(number: int, digits: int) -> str:
    text = ""
    for _ in range(digits):
        number, digit = divmod(number, 32)
        text = ALPHABET[digit] + text
    return text


def new_job_id(now: datetime, randbits: Callable[[int], int]) -> str:
    """An id that sorts before all older ones, so that a plain listing is newest first."""
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    return _base32(_LAST_MOMENT - milliseconds, _TIME_DIGITS) + _base32(
        randbits(80), _RANDOM_DIGITS
    )


def is_job_id(text: str) -> bool:
    """Whether `text` could be a job id; anything else must never reach a blob name."""
    return _JOB_ID.fullmatch(text) is not None


def created_at(job: str) -> datetime:
    """The moment in a job's id, UTC, exact to a millisecond."""
    number = 0
    for digit in job[:_TIME_DIGITS]:
        number = number * 32 + ALPHABET.index(digit)
    return _EPOCH + timedelta(milliseconds=_LAST_MOMENT - number)


def before_jobs_older_than(moment: datetime) -> str:
    """A name that sorts before those of all blobs of jobs created before `moment`, and after those
    of all others and of the lists below: what follows it in a listing is old."""
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    return _base32(_LAST_MOMENT - milliseconds, _TIME_DIGITS) + "~"


# Container jobs: one job


def job_prefix(job: str) -> str:
    """All that a job has in the container `jobs`, but its entries in the lists below."""
    return f"{job}/"


def request(job: str) -> str:
    """What was asked for; written last by submit, so its presence means a whole job."""
    return f"{job}/request.json"


def rows(job: str, page: int) -> str:
    """The rows that were sent, `ROWS_PER_PAGE` of them."""
    return f"{job}/rows/{page:05d}.json"


def barrier(job: str) -> str:
    """Append blob: one line for each post that is done."""
    return f"{job}/barrier"


def progress(job: str) -> str:
    """Append blob: what the status shows of work under way. No decision depends on it."""
    return f"{job}/progress"


def labels(job: str) -> str:
    """Append blob: what people say of single comments."""
    return f"{job}/labels"


def log_part(log: str, part: int) -> str:
    """An append blob that goes on where the one before it is full; part 0 is `log` itself."""
    return f"{log}.{part}" if part else log


def insights(job: str) -> str:
    """What the job asks to know of its comments, if it does."""
    return f"{job}/insights.json"


def facts_part(job: str, block: str) -> str:
    """What a scored chunk adds to the facts; named as its block of rows, and so by content."""
    return f"{job}/facts/{block}.jsonl"


def vectors_part(job: str, block: str) -> str:
    """The int8 vectors of a scored chunk's comments, a row each."""
    return f"{job}/vectors/{block}.i8"


def facts(job: str) -> str:
    """Which files of facts were made; its presence means that they are there."""
    return f"{job}/facts.json"


def closing(job: str) -> str:
    """How much of the barrier counts; the first aggregator decides, for all of them."""
    return f"{job}/closing.json"


def closed(job: str) -> str:
    """The final figures; its presence means that the results are there."""
    return f"{job}/closed.json"


def snapshot(job: str, post: int) -> str:
    """What was fetched of a post: facts and where its comments are. The first one written wins."""
    return f"{job}/posts/{post:05d}/snapshot.json"


def comments(job: str, post: int, digest: str) -> str:
    """A post's comments, JSON lines; named by content, so that two fetchers cannot mix."""
    return f"{job}/posts/{post:05d}/comments-{digest}.jsonl"


def post_barrier(job: str, post: int, round_: int) -> str:
    """Append blob: one line for each chunk of a post that is scored."""
    return f"{job}/posts/{post:05d}/barrier-{round_}"


def page(job: str, post: int, number: int) -> str:
    """A page that was read of a post before its snapshot is taken."""
    return f"{job}/posts/{post:05d}/pages/{number:05d}.json"


def attempt(job: str, post: int) -> str:
    """How often a platform has put the post off, and until when."""
    return f"{job}/posts/{post:05d}/attempt.json"


def chunk_attempt(job: str, post: int, round_: int, chunk: int) -> str:
    """How often the analyzer has put a chunk off, and until when."""
    return f"{job}/posts/{post:05d}/attempt-{round_}-{chunk:05d}.json"


def failure(job: str, post: int) -> str:
    """The last unexpected failure of fetching a post, for its row if that ends in poison."""
    return f"{job}/posts/{post:05d}/failure.json"


def chunk_failure(job: str, post: int, chunk: int) -> str:
    """The last unexpected failure of scoring a chunk, for its post's row if it ends in poison."""
    return f"{job}/posts/{post:05d}/failure-{chunk:05d}.json"


_IMMUTABLE = re.compile(
    r".*/(request|insights)\.json|.*/rows/.*|.*/posts/\d{5}/(snapshot\.json|comments-\w+\.jsonl)"
)


def is_immutable(name: str) -> bool:
    """Whether a blob is written once for ever: what was asked for, and what was fetched."""
    return _IMMUTABLE.fullmatch(name) is not None


def is_barrier(name: str) -> bool:
    """Whether work arrives there, so that the number of its lines decides."""
    return name.rpartition("/")[2].startswith("barrier")


# Container jobs: over all jobs


OPEN = "open/"
STOPS = "stops/"
INDEX = "index/"


def open_marker(job: str) -> str:
    """Present from before a job's first blob until after its last; reconcile lists these."""
    return f"{OPEN}{job}"


def stop(job: str) -> str:
    """Present once a job is cancelled or deleted. Outside the job's prefix: it outlives it."""
    return f"{STOPS}{job}"


INDEX, KEYS = "index/", "idempotency/"


def index_prefix(owner: str) -> str:
    """One user's jobs, newest first. The owner is hashed: any text is a safe name."""
    return f"{INDEX}{digest(owner)}/"


def index(owner: str, job: str) -> str:
    """A job's entry in its owner's list."""
    return index_prefix(owner) + job


COLLECTIONS = "collections/"


def collections_prefix(owner: str) -> str:
    """All that is stored of one owner's collections."""
    return f"{COLLECTIONS}{digest(owner)}/"


def collection_key(owner: str, name: str) -> str:
    """One owner's collection, in names of blobs and in messages."""
    return f"{digest(owner)}/{name}"


def collection(key: str) -> str:
    """What a collection asks to know of its texts."""
    return f"{COLLECTIONS}{key}/collection.json"


def collection_window(key: str) -> str:
    """How far a collection's texts have become jobs."""
    return f"{COLLECTIONS}{key}/window.json"


def collection_texts(key: str) -> str:
    """Append blob: a line for each call that sent texts."""
    return f"{COLLECTIONS}{key}/texts"


def idempotency_prefix(owner: str) -> str:
    """All Idempotency-Keys of one owner."""
    return f"{KEYS}{digest(owner)}/"


FEEDBACK = "feedback/"
SHOWN = "shown/"


def feedback(owner: str) -> str:
    """Append blob: a line for each call in which a user said what was right and what was wrong."""
    return f"{FEEDBACK}{digest(owner)}/said"


def shown(owner: str, query: str) -> str:
    """What a user's query showed last."""
    return f"{SHOWN}{digest(owner)}/{digest(query)}.json"


def idempotency(owner: str, key: str) -> str:
    """Which job a client's Idempotency-Key made."""
    return idempotency_prefix(owner) + digest(key)


ERASURES = "erasures/"


def erasure(owner_digest: str) -> str:
    """Present while all that an owner has is being removed."""
    return ERASURES + owner_digest


# Container comments (the cache)


FETCHED = "fetched/"
RUNS = "runs/"
THROTTLES = "throttle/"
CACHE_PREFIXES = (FETCHED, RUNS, THROTTLES)
"""All that there is in the container `comments`: what was fetched, the starts of paid runs that
`undertone.sources.apify` logs, throttles."""


def fetched_prefix(owner: str) -> str:
    """All that was fetched for one owner."""
    return f"{FETCHED}{digest(owner)}/"


def cache_use(entry: str, job: str) -> str:
    """Says that `job` uses the comments in `entry` of the cache."""
    return f"{cache_uses(entry)}{job}"


def cache_uses(entry: str) -> str:
    """One blob for each job that uses the comments in `entry`."""
    return f"{entry.removesuffix('.json')}/"


def throttle(platform: str) -> str:
    """Until when all posts of a platform stay away from it."""
    return f"{THROTTLES}{platform}.json"


# Container results


def facts_file(job: str, file: str) -> str:
    """One Parquet file of the facts."""
    return f"{job}/facts/{file}"


def facts_zip(job: str) -> str:
    """All files of the facts in one, where they are not too many."""
    return f"{job}/facts.zip"


def posts_csv(job: str) -> str:
    """One row for each URL or upload sent."""
    return f"{job}/posts.csv"


def comments_csv(job: str) -> str:
    """One row for each comment, safe to open in a spreadsheet."""
    return f"{job}/comments.csv"


def comments_jsonl(job: str) -> str:
    """One row for each comment, exact, for programs."""
    return f"{job}/comments.jsonl"
