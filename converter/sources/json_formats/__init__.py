"""JSON objects → fields: what several systems call a record, one module a dialect."""
