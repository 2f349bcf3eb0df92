"""What is offered in a handshake: no weak algorithm, the cheap ones first."""

import asyncssh

# A post-quantum exchange first would cost the worker six times the CPU per connection (docs: performance).
KEY_EXCHANGES = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
)
# Neither ChaCha20-Poly1305 nor encrypt-then-MAC: both can be cut by a prefix truncation where one side does
# not know strict key exchange. Source: Bäumer, Brinkmann, Schwenk, Terrapin Attack (2023), table 1.
CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes256-ctr",
)
MACS = ("hmac-sha2-256", "hmac-sha2-512")
_RSA = ("rsa-sha2-256", "rsa-sha2-512")
HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    *_RSA,
)


def for_key(key: asyncssh.SSHKey) -> tuple[str, ...]:
    """Name the signature algorithms by which a host can prove that it holds this key."""
    name = key.get_algorithm()
    return _RSA if name == "ssh-rsa" else (name,)
