import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakes.server import serving
from undertone.errors import Permanent, Transient
from undertone.sources.http import Session
from undertone.sources.public_hosts import NotPublic, PublicHostsAdapter, is_public, public_https
from undertone.sources.transport import Limits

NAME = "stand-in.example"


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e",
        "11.0.0.1", "100.128.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.255", "9.255.255.255",
        "2001:200::1", "2003::1", "2000::1", "3ffe::1", "2620:4f:7fff::1",
    ],
)  # fmt: skip
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fc00::1",
        "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::",
        "2001::1", "2001:db8::1", "100::1", "2620:4f:8000::1",
        "::127.0.0.1", "::ffff:0:127.0.0.1", "::8.8.8.8", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
        "64:ff9b::808:808", "fec0::1", "3fff::1", "5f00::1", "4000::1", "1fff::1", "e000::1",
        "192.0.2.1", "198.51.100.7", "203.0.113.9", "192.31.196.1", "192.52.193.1", "192.175.48.1",
        "198.19.255.255", "100.127.255.255", "172.31.255.255", "239.1.1.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


def test_no_address_is_public_that_python_knows_to_be_special() -> None:
    """Python's own registry as the reference, at and beside the edges of every /16 and /8."""
    edges = [IPv4Address((high << 16) + low) for high in range(1 << 16) for low in (0, 1, 0xFFFF)]
    wrong = [address for address in edges if is_public(address) and not address.is_global]
    assert wrong == []
    sixes = [IPv6Address((high << 112) + 1) for high in range(1 << 16)]
    assert [address for address in sixes if is_public(address) and not address.is_global] == []


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://fosstodon.org/api", True),
        ("https://fosstodon.org:443/api", True),
        ("http://fosstodon.org/api", False),
        ("https://fosstodon.org:8443/api", False),
        ("https://a@fosstodon.org/api", False),
        ("https://8.8.8.8/api", False),
        ("https://[2606:4700:4700::1111]/", False),
        ("https://127.1/", False),
        ("https://2130706433/", False),
        ("https:///x", False),
        ("https://[broken/", False),
        ("ftp://fosstodon.org/", False),
    ],
)
def test_what_may_be_asked(url: str, may: bool) -> None:
    assert public_https(url) is may


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%eth0"]],
)
def test_a_name_with_any_inner_address_is_not_asked(addresses: list[str]) -> None:
    session = Session("Mastodon", public_https, adapter=lambda **kw: _guard(addresses, **kw))
    with pytest.raises(Permanent, match=f"^{NAME} is not asked: the name has an address"):
        session.get(f"https://{NAME}/api")


def _guard(addresses: list[str], **more: Any) -> PublicHostsAdapter:
    return PublicHostsAdapter(resolve=lambda _: addresses, **more)


@pytest.mark.parametrize(
    ("address", "host"),
    [("8.8.8.8", "8.8.8.8"), ("2606:4700:4700::1111", "[2606:4700:4700::1111]")],
)
def test_the_connection_is_made_to_the_address_itself(address: str, host: str) -> None:
    request = requests.Request("GET", f"https://{NAME}/").prepare()
    where, how = _guard([address]).build_connection_pool_key_attributes(request, verify=True)
    assert (where["host"], request.headers["Host"]) == (host, NAME)
    assert (how["server_hostname"], how["assert_hostname"]) == (NAME, NAME)


def test_a_name_without_addresses_cannot_be_reached() -> None:
    session = Session("Mastodon", public_https, adapter=lambda **kw: _guard([], **kw))
    with pytest.raises(Transient, match="could not be reached"):
        session.get(f"https://{NAME}/api")


def test_the_name_is_looked_up_again_at_each_request(inner: tuple[int, Path]) -> None:
    """DNS that answers well first and with an inner address next (rebinding)."""
    port, authority = inner
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    adapter = PublicHostsAdapter(
        resolve=lambda _: answers.pop(0), permits=lambda address: str(address) == "127.0.0.1"
    )
    with requests.Session() as session:
        session.mount("https://", adapter)
        url = f"https://{NAME}:{port}/"
        assert session.get(url, verify=str(authority)).json()["host"] == f"{NAME}:{port}"
        with pytest.raises(NotPublic):
            session.get(url, verify=str(authority))


def test_tls_still_checks_the_name(inner: tuple[int, Path]) -> None:
    port, authority = inner
    adapter = PublicHostsAdapter(resolve=lambda _: ["127.0.0.1"], permits=lambda _: True)
    with requests.Session() as session:
        session.mount("https://", adapter)
        assert session.get(f"https://{NAME}:{port}/", verify=str(authority)).ok
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"https://other.example:{port}/", verify=str(authority))


def test_a_redirect_is_checked_like_a_first_request(inner: tuple[int, Path]) -> None:
    port, authority = inner
    places = {NAME: ["127.0.0.1"], "inside.example": ["10.0.0.1"], "10.0.0.1": ["10.0.0.1"]}

    def adapter(**more: Any) -> PublicHostsAdapter:
        return PublicHostsAdapter(
            resolve=places.__getitem__, permits=lambda address: str(address) == "127.0.0.1", **more
        )

    session = Session(
        "Mastodon",
        lambda _: True,
        limits=Limits(retries=0),
        adapter=adapter,
        authorities=str(authority),
    )
    for target in ("https://inside.example/", "https://10.0.0.1/"):
        with pytest.raises(Permanent, match="is not asked: the name has an address"):
            session.get(f"https://{NAME}:{port}/moved", {"to": target})


@pytest.fixture(scope="module")
def inner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """An https server on loopback whose certificate is for NAME; its port and its authority."""
    certificate = _certificate(tmp_path_factory.mktemp("tls"))

    def who(request: Request) -> Response:
        return JSONResponse({"host": request.headers["host"]})

    def moved(request: Request) -> Response:
        return RedirectResponse(request.query_params["to"])

    app = Starlette(routes=[Route("/", who), Route("/moved", moved)])
    with serving(app, certificate=certificate) as base:
        yield int(base.rpartition(":")[2]), certificate


def _certificate(folder: Path) -> Path:
    """A file with a key and a certificate for NAME that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(pem)
    )
    assert ssl.create_default_context(cafile=str(file))
    return file
