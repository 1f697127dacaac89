"""What `anlan scan` finds, as a document, a table and files."""
