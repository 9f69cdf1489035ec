"""Readers of lock files, one a tool."""
