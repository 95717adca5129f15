"""Pages: the shell every service's site is made of, forms, errors and sign-in.

A service calls `web_app`, adds its routes, and keeps its templates in `services/<name>/pages/`.
No page needs JavaScript.
"""

from __future__ import annotations

from shared.web.app import web_app
from shared.web.forms import Form, FormProblem, Upload, form_of
from shared.web.limits import Limit, address_of, limited
from shared.web.pages import Entry, NavLink, Pages
from shared.web.sign_in import Member, Staff, require_staff, signed_in

__all__ = [
    "Entry",
    "Form",
    "FormProblem",
    "Limit",
    "Member",
    "NavLink",
    "Pages",
    "Staff",
    "Upload",
    "address_of",
    "form_of",
    "limited",
    "require_staff",
    "signed_in",
    "web_app",
]
