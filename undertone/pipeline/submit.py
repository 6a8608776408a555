"""Accept a job: write everything down, then announce it.

Order is what makes a crash harmless. The open marker comes first, so that `reconcile` knows of all
that follows; request.json comes last of the blobs, so that its presence means a whole job; messages
come after that. A client that repeats the call with its Idempotency-Key runs the same steps on the
same job id, and every step that is done already is a conditional write that answers no.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from undertone.errors import Conflict, Missing, Permanent, Rejected, Transient
from undertone.insights.asked import Insights
from undertone.limits import MAX_COMMENTS, too_many_comments, too_many_posts
from undertone.pipeline import names
from undertone.pipeline.arrivals import send_finished
from undertone.pipeline.capacity import check_capacity, spare_blocks
from undertone.pipeline.expand import send_posts
from undertone.pipeline.idempotency import bind_key
from undertone.pipeline.job_records import (
    LIFETIME,
    MAX_ROWS,
    ROWS_PER_PAGE,
    IndexEntry,
    InsightsAsked,
    KeyBinding,
    OpenMarker,
    Options,
    Request,
    Row,
    RowPage,
)
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import Fetched
from undertone.pipeline.services import Services
from undertone.pipeline.snapshot import take_snapshot
from undertone.pipeline.stalls import may_announce_again, note_unsent
from undertone.ports import NewJob
from undertone.posts import LONGEST, parse_post_url
from undertone.records import UPLOAD, Comment, PostRef, UploadedPost


class Submission(NamedTuple):
    """A job as a client asked for it, valid in form."""

    owner: str
    urls: Sequence[str] = ()
    uploads: Sequence[UploadedPost] = ()
    name: str = ""
    options: Options = Options()
    key: str = ""
    """The client's Idempotency-Key, or empty."""
    body_digest: str = ""
    """Tells whether a repeated key comes with the same body."""
    traceparent: str = ""
    """The span that the job's work is caused by (W3C Trace Context), valid or empty."""
    protected_as: str = ""
    """The name of the protection that the uploads have been given already; empty for none."""
    insights: Insights | None = None
    """What to find out of the comments, as `undertone.insights.asked.checked` gives it."""


class Accepted(NamedTuple):
    """The job that a submission made, or had made before."""

    request: Request
    rows: Sequence[Row]


def submit(services: Services, submission: Submission) -> Accepted:
    """Make the job, or answer with the one that this Idempotency-Key made before.

    Raises Rejected (no or too many rows or comments, a key used with another body, less privacy
    than the deployment has), TooMany (the owner has used up what it is given) and Conflict (the job
    was deleted, or given up as abandoned, while it was being made).
    """
    options = chosen_options(services, submission.options)
    submission = submission._replace(options=options)
    rows = plan_rows(submission.urls, submission.uploads)
    uploaded = sum(len(post.comments) for post in submission.uploads)
    check_capacity(rows, submission.options.want, uploaded)
    job, key = _job_id(services, submission, rows)
    is_new = write_down(services, submission, job, key, rows)
    request = _written(services, job)
    if is_new or _may_announce_again(services, job):
        try:
            announce(services, request, again=not is_new, traceparent=submission.traceparent)
        except Transient:
            note_unsent(services, job)
            raise
    return Accepted(request, rows)


def chosen_options(services: Services, options: Options) -> Options:
    """The options with what the deployment decides where they leave it open. Raises Rejected."""
    authors, mask = services.privacy.choose(options.authors, mask=options.mask)
    return msgspec.structs.replace(options, authors=authors, mask=mask)


def _may_announce_again(services: Services, job: str) -> bool:
    return services.store.closed.find(job) is None and may_announce_again(services, job)


def _written(services: Services, job: str) -> Request:
    """The job that was just written. Raises Conflict if it was removed meanwhile.

    Whoever removes a job writes its tombstone before anything is gone, so looking for one after
    the last write misses none.
    """
    removed = Conflict("the job was removed while it was being made; try again", retry_after=1)
    try:
        request = services.store.request(job)
    except Missing:
        raise removed from None
    if services.store.is_deleted(job):
        raise removed
    return request


def plan_rows(urls: Sequence[str], uploads: Sequence[UploadedPost]) -> list[Row]:
    """One row for each URL and each upload, in the order sent. Raises Rejected."""
    sent = len(urls) + len(uploads)
    if not sent:
        raise Rejected("nothing to do: send at least one entry in `urls` or `posts`")
    if sent > MAX_ROWS:
        raise too_many_posts(f"{sent:,}")
    if (comments := sum(len(post.comments) for post in uploads)) > MAX_COMMENTS:
        raise too_many_comments(f"{comments:,}")
    first: dict[tuple[str, str], int] = {}
    rows = [_url_row(url) for url in urls] + [_upload_row(post) for post in uploads]
    for index, row in enumerate(rows):
        if row.ref is None:
            continue
        earlier = first.setdefault((row.ref.platform, row.ref.id), index)
        if earlier != index:
            rows[index] = msgspec.structs.replace(row, duplicate_of=earlier)
    return rows


def _url_row(url: str) -> Row:
    sent = url if len(url) <= LONGEST else url[:LONGEST] + "…"
    try:
        return Row(sent=sent, ref=parse_post_url(url))
    except Permanent as error:
        return Row(sent=sent, reason=error.reason)


def _upload_row(post: UploadedPost) -> Row:
    return Row(sent=post.id, ref=PostRef(platform=UPLOAD, id=post.id))


def _job_id(services: Services, submission: Submission, rows: Sequence[Row]) -> tuple[str, str]:
    """The id of the job to make, and the name of the blob that binds the client's key to it.

    The open marker of a new job stands when this returns: were it made after the key is bound,
    a crash in between would leave a key that nothing ever frees. And it stands before the job is
    admitted, which says that the job is under way; as long as no key leads to it, nobody else
    knows of the job, and it can be taken back.
    """
    job = names.new_job_id(services.clock(), services.randbits)
    key = names.idempotency(submission.owner, submission.key) if submission.key else ""
    _mark_open(services, submission, job, key)
    try:
        if not (key and _is_repeat(services, key)):
            services.admission.admit(_new_job(submission, job, rows))
        if not key:
            return job, ""
        binding = KeyBinding(job=job, body=submission.body_digest)
        bound = bind_key(services.store, key, binding)
    except Rejected:
        _unmark(services, job)
        raise
    if bound != job:
        _unmark(services, job)
        _mark_open(services, submission, bound, key)
    return bound, key


def _is_repeat(services: Services, key: str) -> bool:
    """Whether the key has made a job before, which was admitted then."""
    earlier = services.store.key_bindings.find(key)
    return earlier is not None and not services.store.is_deleted(earlier.job)


def _new_job(submission: Submission, job: str, rows: Sequence[Row]) -> NewJob:
    posts = [row.ref for row in rows if row.is_post and row.ref and row.ref.platform != UPLOAD]
    uploaded = sum(len(post.comments) for post in submission.uploads)
    return NewJob(submission.owner, job, posts, submission.options.want, uploaded)


def _mark_open(services: Services, submission: Submission, job: str, key: str) -> None:
    marker = OpenMarker(owner=submission.owner, idempotency=key)
    services.store.open_markers.create(marker, job)


def _unmark(services: Services, job: str) -> None:
    """Remove the open marker of an id that is not used after all.

    Not if `reconcile` has given the job up: it has written for it then, and finds it by the marker
    until all is removed.
    """
    standing = services.store.open_markers.find_with_etag(job)
    if standing is not None and not standing.record.given_up:
        services.store.open_markers.remove_if(standing.etag, job)


def write_down(
    services: Services, submission: Submission, job: str, key: str, rows: Sequence[Row]
) -> bool:
    """Every other blob of a new job; all conditional, so that a repeat changes nothing.

    False if the whole job stood already.
    """
    store, made = services.store, names.created_at(job)
    request = Request(
        job=job,
        owner=submission.owner,
        name=submission.name,
        created_at=made,
        deadline=made + LIFETIME,
        rows=len(rows),
        posts=sum(row.is_post for row in rows),
        options=msgspec.structs.replace(
            submission.options, insights=submission.insights is not None
        ),
        idempotency=key,
        traceparent=submission.traceparent,
    )
    services.in_parallel(
        lambda page: store.row_pages.create(_page(rows, page), job, page), range(request.pages)
    )
    _snapshot_uploads(services, submission, request)
    if submission.insights is not None:
        store.insights.create(InsightsAsked(insights=submission.insights), job)
    store.barriers.create(job)
    store.progress.create(job)
    entry = IndexEntry(job=job, created_at=made, rows=len(rows), name=submission.name)
    store.index.create(entry, submission.owner, job)
    return store.requests.create(request, job)


def _page(rows: Sequence[Row], page: int) -> RowPage:
    return RowPage(rows=tuple(rows[page * ROWS_PER_PAGE : (page + 1) * ROWS_PER_PAGE]))


def _snapshot_uploads(services: Services, submission: Submission, request: Request) -> None:
    """Take the snapshots of uploads, which need no fetching; their fetch only sends the chunks."""
    offset = len(submission.urls)
    sizes = [len(post.comments) for post in submission.uploads]
    spare = spare_blocks(sizes, max(1, request.posts), services.chunk_size)
    options = request.options
    protection = services.privacy.protection(request.owner, options.authors, mask=options.mask)

    def one(index: int) -> None:
        post = submission.uploads[index]
        comments, remark = post.comments, post.note
        if protection is not None and protection.name != submission.protected_as:
            comments = tuple(protection.protect(comment, UPLOAD) for comment in comments)
            # It may quote the first texts, to show what was taken for what.
            remark = protection.protect(Comment(id="", text=remark), UPLOAD).text
        fetched = Fetched(comments=comments, title=post.title, remark=remark)
        take_snapshot(
            services,
            request.job,
            offset + index,
            fetched,
            posts=request.posts,
            options=request.options,
            spare=spare[index],
        )

    services.in_parallel(one, range(len(submission.uploads)))


def announce(services: Services, request: Request, *, again: bool, traceparent: str = "") -> None:
    """Send the messages that start the work: posts directly, or pages of them to be expanded.

    `again` lets the steps look what is done already. Raises Missing if the job is gone.
    """
    message = Message(
        job=request.job,
        posts=request.posts,
        deadline=request.deadline,
        again=again,
        traceparent=traceparent,
    )
    if not request.posts:
        send_finished(services, message)
    elif request.pages == 1:
        send_posts(services, message, services.store.rows(request.job, 0))
    else:

        def send(page: int) -> None:
            body = msgspec.structs.replace(message, page=page).encode()
            services.queues.send(names.QUEUE_JOBS, body)

        services.in_parallel(send, range(request.pages))
