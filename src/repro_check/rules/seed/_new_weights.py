"""Which calls make a model with weights that no checkpoint brings."""

from __future__ import annotations

import re

from repro_check.project.files import PythonFile
from repro_check.sources.expressions import Literal, Name
from repro_check.sources.python import Call
from repro_check.text import pattern

_LOADED = pattern(r"transformers\.(\w+\.)*(?P<class>[A-Z]\w+)\.from_pretrained")
_BUILT = pattern(
    r"transformers\.(\w+\.)*[A-Z]\w*(\._?from_config|(?<!Tokenizer)(Model|LMHeadModel|For[A-Z]\w+))|"
    r"transformers\.(\w+\.)*[A-Z]\w+\.(from_encoder_decoder_pretrained)"
)
_ADAPTER = pattern(r"peft\.(\w+\.)*get_peft_model|(\w+\.)*FastLanguageModel\.get_peft_model")
# a base checkpoint has no such head: transformers says "newly initialized" and "You should probably TRAIN"
_HEAD = pattern(
    r"For(SequenceClassification|TokenClassification|QuestionAnswering|MultipleChoice|"
    r"ImageClassification|AudioClassification|VideoClassification|CTC|DocumentQuestionAnswering|"
    r"AudioFrameClassification|AudioXVector|NextSentencePrediction)$"
)
# and these have one, which is made anew only for other labels
_HEAD_IF_LABELLED = pattern(
    r"For(ObjectDetection|SemanticSegmentation|UniversalSegmentation|InstanceSegmentation|VisualQuestionAnswering)$"
)
_LABELS = ("num_labels", "id2label", "label2id", "ignore_mismatched_sizes", "config")
_TUNED = pattern(
    r"fine-?tuned|sst-?2|squad|-960h|sentiment|mnli|[-_](ner|qa|nli)\b|conll|emotion|toxic|reward|^\.|^/|"
    r"checkpoint-|results/|output|^models?/",
    re.IGNORECASE,
)


def new_weights(file: PythonFile, call: Call, target: str) -> str:
    """What a call makes that is random, in words; "" if nothing, or if that cannot be told.

    Args:
        file: the file of the call.
        call: the call.
        target: what it stands for outside of the repository.
    """
    if _ADAPTER.fullmatch(target):
        return "a new adapter"
    if _BUILT.fullmatch(target) and "from_pretrained" not in target.rpartition(".")[2]:
        return "new weights"
    loaded = _LOADED.fullmatch(target)
    if loaded is None:
        return "new weights" if target.endswith(".from_encoder_decoder_pretrained") else ""
    is_labelled = any(call.keyword(name) is not None for name in _LABELS)
    made = loaded["class"]
    if not (_HEAD.search(made) or (_HEAD_IF_LABELLED.search(made) and is_labelled)):
        return ""
    return "" if _is_tuned(file, call) else "a new head"


def _is_tuned(file: PythonFile, call: Call) -> bool:
    """Whether the checkpoint, by its name, has been trained for a task, or is the program's own."""
    given = call.argument(0, "pretrained_model_name_or_path")
    if isinstance(given, Name):
        above = [
            item.value
            for item in file.facts.assignments
            if item.span.line < call.span.line
            and any(getattr(target, "name", "") == given.name for target in item.targets)
        ]
        given = above[-1] if above else None
    return isinstance(given, Literal) and bool(_TUNED.search(str(given.value)))
