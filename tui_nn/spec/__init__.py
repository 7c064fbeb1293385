"""Plain data: what can be chosen, what was chosen, what happened. No torch, no Textual."""
