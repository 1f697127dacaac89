"""Who acts, as what, and how they sign in."""
