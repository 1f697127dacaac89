"""What the call desk rests on."""
