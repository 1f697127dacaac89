"""What an operator needs: starting, the schema's version, condition, backup."""
