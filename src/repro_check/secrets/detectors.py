"""The detectors that look at a suspicious line, most specific first.

detect-secrets' own driver is left alone. Its settings are one object for the whole process, its
table of plugins is cached for good, its `is_indirect_reference` filter drops every line of the
form `client = Client(api_key="...")` (Yelp/detect-secrets#857), and its `analyze_line` calls out
with the candidate unless told not to. `analyze_string`, which every plugin has, is a function of
the line and nothing else, so that is all that is called here.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable

import msgspec

from repro_check.text import pattern

_LONG_WORD = pattern(r"\w{200,}")


class Evidence(enum.Enum):
    """What a detector goes by, and so how its matches are judged."""

    SHAPE = "the token's own shape"
    SIGNED = "the shape of a signed statement, which may be public"
    SERVICE = "a service's name beside an opaque token"
    UUID = "a service's name beside a UUID"
    PLACE = "a place where only passwords stand"
    URL = "a password in a URL"
    NAME = "the name that a value is bound to"


class Detector(msgspec.Struct, frozen=True):
    """One way of finding secrets in a line.

    Attributes:
        kind: what a match is called.
        find: the values on a line, in any order.
        evidence: what it goes by.
        edges: whether a match beside another letter or digit is part of something longer, which
            our own patterns see to themselves.
        needs: a word without which, in the whole text's lower case, its matches mean nothing.
    """

    kind: str
    find: Callable[[str], Iterable[str]]
    evidence: Evidence
    edges: bool = True
    needs: str = ""


def detectors(path: str) -> tuple[Detector, ...]:
    """All detectors, for a text that came from `path` (its ending tells the syntax).

    Importing detect-secrets happens here, so call it only for a text that needs it.
    """
    return (*_ours(), *_stock(), _keyword(path))


def _ours() -> Iterable[Detector]:
    from repro_check.secrets.plugins import (
        beside_name,
        beside_uuid,
        blocks,
        compute,
        databases,
        forges,
        logins,
        model_apis,
        named,
        signed,
        transport,
    )

    for module, evidence in (
        (forges, Evidence.SHAPE),
        (model_apis, Evidence.SHAPE),
        (compute, Evidence.SHAPE),
        (blocks, Evidence.SHAPE),
        (signed, Evidence.SIGNED),
        (beside_name, Evidence.SERVICE),
        (beside_uuid, Evidence.UUID),
        (transport, Evidence.SERVICE),
        (logins, Evidence.PLACE),
        (databases, Evidence.URL),
        (named, Evidence.NAME),
    ):
        for name, plugin in vars(module).items():
            if name.endswith("Detector") and name != "RegexBasedDetector":
                yield Detector(plugin.secret_type, plugin().analyze_string, evidence, edges=False)


def _stock() -> Iterable[Detector]:
    from detect_secrets.plugins import (
        artifactory,
        azure_storage_key,
        basic_auth,
        cloudant,
        discord,
        ibm_cloud_iam,
        ibm_cos_hmac,
        mailchimp,
        npm,
        openai,
        pypi_token,
        sendgrid,
        slack,
        softlayer,
        square_oauth,
        telegram_token,
        twilio,
    )

    url, shape = Evidence.URL, Evidence.SHAPE
    for plugin, evidence, needs in (
        (basic_auth.BasicAuthDetector, url, ""),
        (azure_storage_key.AzureStorageKeyDetector, shape, ""),
        (npm.NpmDetector, shape, ""),
        (openai.OpenAIDetector, shape, ""),
        (pypi_token.PypiTokenDetector, shape, ""),
        (sendgrid.SendGridDetector, shape, ""),
        (slack.SlackDetector, shape, ""),
        (square_oauth.SquareOAuthDetector, shape, ""),
        (telegram_token.TelegramBotTokenDetector, shape, ""),
        # The shapes of the rest are too common to mean anything away from their service's name.
        (artifactory.ArtifactoryDetector, shape, "artifactory"),
        (cloudant.CloudantDetector, shape, "cloudant"),
        (discord.DiscordBotTokenDetector, shape, "discord"),
        (ibm_cloud_iam.IbmCloudIamDetector, shape, "ibm"),
        (ibm_cos_hmac.IbmCosHmacDetector, shape, "ibm"),
        (mailchimp.MailchimpDetector, shape, "mailchimp"),
        (softlayer.SoftlayerDetector, shape, "softlayer"),
        (twilio.TwilioKeyDetector, shape, "twilio"),
    ):
        yield Detector(plugin.secret_type, plugin().analyze_string, evidence, needs=needs)


def _keyword(path: str) -> Detector:
    from detect_secrets.plugins import keyword
    from detect_secrets.util.filetype import determine_file_type

    patterns = keyword.REGEX_BY_FILETYPE.get(
        determine_file_type(path), keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
    )
    plugin = keyword.KeywordDetector()

    def find(line: str) -> Iterable[str]:
        # Its `\w*name\w*` is cubic in such runs; named.py sees the values that are as long.
        shorter = _LONG_WORD.sub(" ", line)
        return plugin.analyze_string(shorter, denylist_regex_to_group=patterns)

    return Detector(plugin.secret_type, find, Evidence.NAME)
