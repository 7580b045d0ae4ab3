"""Connections in: plain questions that are known to be quick are answered at once, all else goes to the application.

One process of its own, with one thread, which holds every connection and waits for none (`desk`).  It neither routes
nor evaluates: what it answers by itself comes from an evaluator that the pool of the application has lent it
(`server/sparql`), and looks as if the application had answered.
"""
