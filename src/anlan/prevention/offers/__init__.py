"""Which steps a page offers to whom; the verbs check again."""
