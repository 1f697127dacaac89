"""What the citizen's pages rest on: codes, tokens, throttle, the tracking page's timeline."""
