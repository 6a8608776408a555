"""What the tests of uploads share."""

from undertone.records import UploadedPost
from undertone.uploads.upload import read_upload


def read(data: str | bytes, content_type: str = "", file_name: str = "") -> list[UploadedPost]:
    """The posts in a file of comments."""
    raw = data.encode() if isinstance(data, str) else data
    upload = read_upload(raw, content_type=content_type, file_name=file_name, kind="comments")
    assert upload.links == []
    return upload.posts


def texts(post: UploadedPost) -> list[str]:
    return [comment.text for comment in post.comments]
