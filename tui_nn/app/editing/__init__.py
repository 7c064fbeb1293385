"""Forms over the home screen in which an experiment is changed."""
