"""Django's settings: everything that an operator may change comes from `env.py`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from anlan.env import EnvError, postgres_options, read_env

ENV = read_env()
DATA_DIR = ENV.data
HERE = Path(__file__).parent


def ensure_secret_key() -> str:
    """Return the operator's key, or one made once for this data directory."""
    if ENV.secret_key:
        return ENV.secret_key
    path = DATA_DIR / "secret.key"
    if not DATA_DIR.is_dir():  # nothing is stored yet: `anlan init` makes the directory and the key
        return secrets.token_urlsafe(48)
    if not path.exists():
        _make_key(path)
    key = path.read_text().strip() if path.exists() else secrets.token_urlsafe(48)
    if not key:
        raise EnvError(f"{path} is empty: put your copy of it back, or delete it and a new one is made")
    return key


def _make_key(path: Path) -> None:
    """Put a new key there, whole or not at all; of two processes the first one's stays."""
    part = path.with_name(f"secret.key.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        os.link(part, path)
    except OSError:  # another process was first, or this one may only read
        pass
    finally:
        part.unlink(missing_ok=True)


def _database() -> dict[str, Any]:
    if ENV.database_url:
        return {
            "ENGINE": "django.db.backends.postgresql",
            **postgres_options(ENV.database_url),
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                # More than threads: who waits for the writer may hold one. A pool doubles the time between its tries,
                # so it starts anew after 2 s, and who gets no connection for 5 s is answered (503, repeat it).
                "pool": {"min_size": 1, "max_size": 40, "timeout": 5, "reconnect_timeout": 2},
                "options": "-c idle_in_transaction_session_timeout=10000",
            },
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "anlan.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
            " PRAGMA cache_size=-32768",  # KiB; with the usual 2,000 a bulk insert writes index pages over and over
        },
    }


SECRET_KEY = ensure_secret_key()
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENV.origins)
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.Person"
ROOT_URLCONF = "anlan.urls"
LOGIN_URL = "core:login"
LOGIN_REDIRECT_URL = "core:home"

STAGES = [
    "anlan.core",
    "anlan.intake",
    "anlan.triage",
    "anlan.dispatch",
    "anlan.hotspots",
    "anlan.prevention",
    "anlan.voice",
    "anlan.effect",
    "anlan.bulletin",
    "anlan.boards",
    "anlan.city",
]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *STAGES,
]
MIDDLEWARE = [
    "anlan.core.web.middleware.csp.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "anlan.core.web.middleware.health.Health",
    "anlan.core.web.middleware.requests.RequestLog",
    "anlan.core.web.middleware.once.Once",
    "anlan.core.web.middleware.language.Language",
    "anlan.core.web.middleware.partners.Partners",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "anlan.core.web.middleware.access.Access",
    "anlan.core.web.middleware.errors.Errors",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anlan.core.web.context.shell",
            ]
        },
    }
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# The door (docs/adr/0025): the throttle is ours, nobody signs up, and no mail is sent.
SECOND_FACTOR, OIDC = ENV.second_factor, ENV.oidc
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_ADAPTER = "anlan.core.people.adapters.Accounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
MFA_ADAPTER = "anlan.core.people.adapters.Factors"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # one step of 30 s on either side: telephones' clocks differ
SOCIALACCOUNT_ADAPTER = "anlan.core.people.sso.Sso"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: the policy forbids a form that ends at another server
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [OIDC.app()] if OIDC else []}}

CITY_FOLDER = ENV.city_folder
CITY_AHEAD_S = ENV.city_ahead_s  # set by `anlan demo` and its kin for the processes that they start
METRICS_TOKEN = ENV.metrics_token
KEEP_KEYS_DAYS, KEEP_JOBS_DAYS = ENV.keep_keys_days, ENV.keep_jobs_days
TILE_URL, TILE_ATTRIBUTION = ENV.tile_url, ENV.tile_attribution
SMTP_URL, GATEWAY_URL, GATEWAY_KEY = ENV.smtp_url, ENV.gateway_url, ENV.gateway_key
HEADS_FILE, HEADS_SYSLOG, HEADS_EVERY_H = ENV.heads_file, ENV.heads_syslog, ENV.heads_every_h
TSA_URL, TSA_CERTIFICATE, VERIFY_EVERY_H = ENV.tsa_url, ENV.tsa_certificate, ENV.verify_every_h

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]
LOCALE_PATHS = [HERE / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"  # pages show the city's zone; storage and code are UTC

STATIC_URL = "/static/"
STATIC_ROOT = None  # whitenoise serves from the packages
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "anlan.core.web.views.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https else 0
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "anlan.core.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"anlan": {"level": ENV.log_level}, "django.request": {"level": "CRITICAL"}},
}
