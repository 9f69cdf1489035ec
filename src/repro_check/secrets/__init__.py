"""Secrets in texts, files and history, found through detect-secrets and never shown whole.

Start with `scan.scan_text` for a text and `history.scan_history` for a repository. Importing this
package is cheap: detect-secrets is loaded only for a text that may hold a secret.
"""
