"""A mail server on this computer, with TLS by an authority of its own, that does what a test tells it."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import SMTP as POLICY

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, SECRET = "forexai", "horse battery"


def certificate(folder, address="127.0.0.1"):
    """Make a certificate for an address; give the paths of it and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server of the tests")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return paths


class Inbox:
    """Takes mails, or answers as it is told."""

    def __init__(self):
        self.mails = []
        self.recipients = []
        self.senders = []
        self.encrypted = []
        self.answers = {}
        self.before_data = None
        self.after_data = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.answers.get("rcpt", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.before_data is not None:
            await self.before_data(server)
        answer = self.answers.get("data", "250 OK")
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=POLICY))
            self.recipients.extend(envelope.rcpt_tos)
            self.senders.append(envelope.mail_from)
            self.encrypted.append(session.ssl is not None)
        if self.after_data is not None:
            await self.after_data(server)
        return answer


@asynccontextmanager
async def serving(inbox, folder, *, tls="starttls", signed_in=True, address="127.0.0.1"):
    """Run it; give its port and the file of its authority."""
    certified, key = certificate(folder, address)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certified, key)

    def authenticator(_server, _session, _envelope, _mechanism, given):
        right = (given.login, given.password) == (USER.encode(), SECRET.encode())
        return AuthResult(success=right, handled=False)

    options = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {}

    def make():
        return SMTP(
            inbox,
            hostname="mail.test",
            enable_SMTPUTF8=True,
            authenticator=authenticator if signed_in else None,
            auth_required=signed_in,
            auth_require_tls=tls == "starttls",
            **options,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", 0, ssl=context if tls == "tls" else None)
    try:
        yield server.sockets[0].getsockname()[1], str(certified)
    finally:
        server.close()
        await server.wait_closed()
