"""The addresses of signing in and out, and of passwords: allauth's views with our templates."""

from allauth.account import views as account
from django.urls import path

ACCOUNTS = [
    path(
        "accounts/login/",
        account.LoginView.as_view(template_name="accounts/login.html"),
        name="account_login",
    ),
    path(
        "accounts/logout/",
        account.LogoutView.as_view(template_name="accounts/logout.html"),
        name="account_logout",
    ),
    path(
        "accounts/signup/",
        account.SignupView.as_view(template_name_signup_closed="accounts/closed.html"),
        name="account_signup",
    ),
    path(
        "accounts/inactive/",
        account.AccountInactiveView.as_view(template_name="accounts/inactive.html"),
        name="account_inactive",
    ),
    path(
        "accounts/password/",
        account.PasswordChangeView.as_view(template_name="accounts/password.html"),
        name="account_change_password",
    ),
    path(
        "accounts/password/first/",
        account.PasswordSetView.as_view(template_name="accounts/password.html"),
        name="account_set_password",
    ),
    path(
        "accounts/confirm/",
        account.ReauthenticateView.as_view(template_name="accounts/confirm.html"),
        name="account_reauthenticate",
    ),
]
