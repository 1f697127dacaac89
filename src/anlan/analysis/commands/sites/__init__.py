"""What `anlan spots` finds, as a document, a table, a map, a page and files."""
