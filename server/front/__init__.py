"""Connections in: what needs no application is answered at once, all else is passed on to it.

One process of its own, which holds every connection and waits for none (`front_process`).  It answers look-ups and what
was answered before, from the generation that the application shows, in the same words as the application.
"""
