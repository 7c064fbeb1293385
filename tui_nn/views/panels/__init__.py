"""The nine panels of the home screen, each with its views."""
