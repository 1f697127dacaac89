"""Addresses of one's own account, and those that allauth asks for by name: what is not here cannot be reached."""

from __future__ import annotations

from django.urls import path

from anlan.core.people.sso import PROVIDER
from anlan.core.people.views import account, door, factors

SSO = {"provider_id": PROVIDER}
urlpatterns = [
    path("login/", door.login, name="account_login"),
    path("login/code/", door.second_step, name="mfa_authenticate"),
    path("login/passkey/", door.passkey, name="mfa_login_webauthn"),
    path("login/sso/", door.sso_start, SSO, name="openid_connect_login"),
    path("login/sso/back/", door.sso_back, SSO, name="openid_connect_callback"),
    path("account/", account.account, name="own_account"),
    path("account/", account.account, name="mfa_index"),
    path("account/password/", account.password, name="own_password"),
    path("account/sessions/end/", account.sessions_end, name="own_sessions_end"),
    path("account/sessions/<int:sign_in>/end/", account.session_end, name="own_session_end"),
    path("account/confirm/", account.confirm, name="account_reauthenticate"),
    path("account/confirm/code/", account.confirm_code, name="mfa_reauthenticate"),
    path("account/app/", factors.app, name="mfa_activate_totp"),
    path("account/app/away/", factors.app_away, name="mfa_deactivate_totp"),
    path("account/passkeys/add/", factors.passkey_add, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/away/", factors.passkey_away, name="mfa_remove_webauthn"),
    path("account/codes/", factors.codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", factors.codes_new, name="mfa_generate_recovery_codes"),
]
