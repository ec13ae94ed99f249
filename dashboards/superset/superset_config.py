"""Superset on one machine: the loopback interface, no telemetry, nothing written to the marts."""

import os
from pathlib import Path

HOME = Path(os.environ["SUPERSET_HOME"])
SECRET_KEY = (HOME / "secret").read_text().strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME}/superset.db"
# The published file is a DuckDB that is opened read only; elsewhere this is refused for files.
PREVENT_UNSAFE_DB_CONNECTIONS = False
# Answers come from the published file at once: a cache would show old ones after a build.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
FILTER_STATE_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache"}
EXPLORE_FORM_DATA_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache"}
RATELIMIT_STORAGE_URI = "memory://"
FEATURE_FLAGS = {"DASHBOARD_VIRTUALIZATION": False}
# Pages load nothing from elsewhere. Superset's switch of its telemetry is read when it is made, not
# when it runs: without this, each page would ask for a picture of its maker's.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    # Plain HTTP, on this machine alone: put a proxy with TLS before it to serve others.
    "force_https": False,
    "session_cookie_secure": False,
}
SESSION_COOKIE_SAMESITE = "Strict"
PUBLIC_ROLE_LIKE = None
