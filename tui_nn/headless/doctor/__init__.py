"""`doctor`: what may keep nn-tui from working here. It needs none of what it looks at."""
