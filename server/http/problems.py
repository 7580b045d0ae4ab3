"""Refusals that a person and a program can read: problem documents (RFC 9457), pages, or plain text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from server.http.headers import VARY
from server.http.negotiation import choose

_FORMS = ("application/problem+json", "text/html", "text/plain")


def problem(
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    meant: Sequence[tuple[str, str]] = (),
    **members: object,
) -> Response:
    """The refusal in the form that the client accepts; where it accepts none, as a problem document.

    `meant` are names and addresses of what may have been asked for.
    """
    accept = request.headers.get("Accept")
    form = choose(accept, _FORMS) or "application/problem+json"
    if form == "text/html":
        body = render_template("problem.html", status=status, title=title, detail=detail, meant=meant)
    elif form == "text/plain":
        body = f"{status} {title}\n\n{detail}\n"
    else:
        if meant:
            members["meant"] = [{"name": name, "address": address} for name, address in meant]
        stated = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
        body = json.dumps(stated, ensure_ascii=False, indent=1) + "\n"
    response = Response(body, status=status, content_type=form if form.endswith("json") else f"{form}; charset=utf-8")
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = " ".join(value.split())
    return response


def register_problems(app: Flask) -> None:
    """Make every refusal of the application a problem, without a word of its inside."""

    @app.errorhandler(HTTPException)
    def refused(fault: HTTPException) -> Response:
        status = fault.code or 500
        headers = {}
        if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
            headers["Allow"] = ", ".join(sorted({*fault.valid_methods, "OPTIONS"}))
        return problem(status, fault.name, fault.description or "", headers)

    @app.after_request
    def another(response: Response) -> Response:
        """What is refused by If-Match is not sent with the refusal."""
        if response.status_code != 412:
            return response
        stated = (
            f"The document has the ETag {response.headers.get('ETag')} now, which If-Match does not name; ask without."
        )
        return problem(412, "Precondition Failed", stated, {"ETag": response.headers.get("ETag", "")})

    @app.errorhandler(Exception)
    def failed(fault: Exception) -> Response:
        app.logger.error("%s %s failed", request.method, request.path, exc_info=fault)
        return problem(500, "Internal Server Error", "This is a fault of ours; it has been written to the log.")
