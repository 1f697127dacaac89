"""What every page needs: access, shell, slots, middleware."""
