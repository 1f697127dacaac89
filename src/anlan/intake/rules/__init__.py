"""Pure decisions about a report: plain values in, a checked report or a refusal out."""
