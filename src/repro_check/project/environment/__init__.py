"""Declared and locked dependencies of a repository."""

from __future__ import annotations

from repro_check.project.environment.environment import Environment
from repro_check.project.environment.locks import Lock
from repro_check.project.environment.manifests import Manifest, is_conda_environment

__all__ = ["Environment", "Lock", "Manifest", "is_conda_environment"]
