"""The words of a shell script that name places on the machine that runs it."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.text import pattern

_WORD = pattern(r"[^\s\"'=:;,()`!]+")
_COMMENT = pattern(r"(^|\s)#.*")
# comments that a scheduler or the system reads
_DIRECTIVE = pattern(r"#(SBATCH|PBS|BSUB|COBALT|\$|!)")
_IMAGE_LINE = pattern(r"\s*(FROM|RUN|WORKDIR|COPY|ADD|ENV|USER|ENTRYPOINT|CMD|VOLUME|LABEL|%\w+)\s")
_CONTAINER = pattern(
    r"\b(docker|podman|nvidia-docker|singularity|apptainer|enroot|shifter)\b.*\b(run|exec|shell|build|create)\b"
)
_MOUNTED = pattern(r"(?:-v|--volume|-B|--bind|\bsrc|\bsource)[ =][\"']?$")


def host_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Line, column and text of each word; comments and what stands inside an image left out.

    What follows `docker run` is inside the image, but for the first part of each mount.
    """
    is_inside = is_continued = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not is_continued:
            is_inside = _CONTAINER.search(line) is not None
        is_continued = line.rstrip().endswith("\\")
        if _IMAGE_LINE.match(line):
            continue
        code = line if _DIRECTIVE.match(line) else _COMMENT.sub("", line)
        for word in _WORD.finditer(code):
            if not is_inside or _MOUNTED.search(code[: word.start()]):
                yield number, word.start() + 1, word[0]
