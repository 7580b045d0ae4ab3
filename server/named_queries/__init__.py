"""Questions with a name → an API: typed parameters, pages of rows, every format, and its own description.

`GET /queries` lists them, `GET /queries/NAME` answers one, `/openapi.json` describes both and the rest of the site.
"""
