"""What is ill with a run: pure rules from evidence to findings, and what helps, tried before it is
offered.
"""
