"""Detectors for the tokens researchers use, as plugins of detect-secrets.

Each module stands alone and also works in plain detect-secrets:
`detect-secrets scan -p file://.../repro_check/secrets/plugins/model_apis.py`. Shapes follow
the vendors' public descriptions of their tokens; every pattern has one group or none, and it holds
the whole secret, so that a baseline entry stands for one token and not for its prefix
(Yelp/detect-secrets#858).
"""
