"""Pages: the shell every service's site is made of, forms, errors and sign-in.

A service calls `web_app`, adds its routes, and keeps its templates in `services/<name>/pages/`.
No page needs JavaScript.
"""

from __future__ import annotations

from shared.web.app import web_app
from shared.web.forms import Form, FormProblem, Upload, form_of
from shared.web.pages import Entry, NavLink, Pages
from shared.web.sign_in import DemoPerson, Staff, require_staff, signed_in

__all__ = [
    "DemoPerson",
    "Entry",
    "Form",
    "FormProblem",
    "NavLink",
    "Pages",
    "Staff",
    "Upload",
    "form_of",
    "require_staff",
    "signed_in",
    "web_app",
]
