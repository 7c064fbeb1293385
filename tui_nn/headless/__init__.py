"""The front end without a screen: trains, shows progress, sums up, answers with an exit code."""
