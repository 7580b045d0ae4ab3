"""Names → things: the Reconciliation Service API at `/reconcile`, with which OpenRefine matches a table with ours."""
