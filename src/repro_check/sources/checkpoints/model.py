"""What is said of a model file."""

from __future__ import annotations

import enum

import msgspec


class Verdict(enum.IntEnum):
    """What loading a file would do; of several the highest counts, and only SAFE is safe."""

    SAFE = 0
    NEEDS_CODE = 1
    UNREADABLE = 2
    DANGEROUS = 3

    @property
    def label(self) -> str:
        """As shown: "safe", "needs code", "unreadable", "dangerous"."""
        return self.name.lower().replace("_", " ")


class Reason(msgspec.Struct, frozen=True):
    """One reason for a verdict.

    Attributes:
        verdict: what it makes of the file.
        message: a clause that begins with what the file does ("calls `os.system`").
        subject: the class or function in question, with its module; "" if none is.
        member: the file inside an archive, "" for the file itself.
        offset: in bytes from the beginning of the member, -1 if there is no one place.
    """

    verdict: Verdict
    message: str
    subject: str = ""
    member: str = ""
    offset: int = -1


class Tensor(msgspec.Struct, frozen=True):
    """One array.

    Attributes:
        name: the keys that lead to it, joined by dots.
        dtype: in the words of its library, without the library's name ("float32").
        shape: its lengths, outermost first; None if they cannot be told.
        device: where it was when it was saved ("cpu", "cuda:0"), "" if it does not say.
    """

    name: str
    dtype: str
    shape: tuple[int, ...] | None = None
    device: str = ""


class ModelFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a model file holds, and what loading it would run.

    Attributes:
        form: "torch zip", "torch legacy", "torchscript", "pickle", "joblib", "numpy", "safetensors",
            "onnx", "keras", "hdf5", or "unknown".
        reasons: in the order found; a safe file has none.
        tensors: in document order, the first `TENSORS` of them.
        more_tensors: how many others there are.
        keys: of the outermost mapping, in order.
        values: plain values found at known keys (epoch, global step, library versions), as text.
        has_optimizer: whether an optimizer's state is among its content.
        has_rng_state: whether a random generator's state is.
        libraries: top-level packages that loading imports, sorted.
    """

    form: str
    reasons: tuple[Reason, ...] = ()
    tensors: tuple[Tensor, ...] = ()
    more_tensors: int = 0
    keys: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    has_optimizer: bool = False
    has_rng_state: bool = False
    libraries: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The highest of the reasons'."""
        return max((reason.verdict for reason in self.reasons), default=Verdict.SAFE)

    @property
    def devices(self) -> tuple[str, ...]:
        """Where its tensors were when they were saved ("cpu", "cuda:0"), sorted."""
        return tuple(sorted({each.device for each in self.tensors} - {""}))

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes and functions without which it does not load, in the order found."""
        named = [each.subject for each in self.reasons if each.verdict is Verdict.NEEDS_CODE]
        return tuple(dict.fromkeys(filter(None, named)))
