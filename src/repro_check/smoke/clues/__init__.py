"""Answers that need more than the traceback: each looks at the commit or the author's disk."""
