"""Secrets in everything a repository still remembers: commits, tags, stashes and reflogs.

A secret that was removed in a later commit is still in every clone. Each file version is read once
by its object name, however many commits share it, and what was found in it is kept between runs;
the commits are looked up for the hits alone.
"""

from __future__ import annotations

from repro_check.secrets.history.model import History, HistorySecret
from repro_check.secrets.history.scan import LARGEST, scan_history

__all__ = ["LARGEST", "History", "HistorySecret", "scan_history"]
