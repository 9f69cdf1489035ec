"""What describes the whole machine that a repository runs on."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.project.project import Project
from repro_check.sources.kinds import Kind, Role
from repro_check.text import pattern

_NAMED = pattern(
    r"(?i)(^|/)(Dockerfile|Containerfile|Singularity|Apptainer)([-._][\w.-]*)?$|"
    r"\.(dockerfile|containerfile|def|sif)$|"
    r"(^|/)\.?devcontainer(\.json|/.*\.json)$|"
    r"^\.?binder/|"
    r"(^|/)(flake|shell|default|environment)\.nix$|(^|/)(cog|codeocean)\.ya?ml$|"
    r"(^|/)(guix|manifest)\.scm$|(^|/)(docker-)?compose[\w.-]*\.ya?ml$"
)
# an image that is published elsewhere: how it is got, or where it is
_PULLED = pattern(
    r"\b(docker|podman|nerdctl)\s+(pull|run)\s|\b(singularity|apptainer)\s+(pull|run|exec|build)\s|"
    r"(^|\s)--(container-image|image)[= ]\S*[/:]\S|\bdocker://|\bnvcr\.io/|\bghcr\.io/|"
    r"\bhub\.docker\.com/|\bcatalog\.ngc\.nvidia\.com/\S*containers?/"
)
_NOT_OURS = frozenset({Role.VENDORED, Role.TEST})
_READ = frozenset({Kind.MARKDOWN, Kind.SHELL, Kind.MAKEFILE})


def container_files(project: Project) -> Iterator[str]:
    """Files that describe a machine: for Docker, Apptainer, Nix, Guix, Binder, a dev container."""
    for file in project.tree.files:
        if file.role not in _NOT_OURS and _NAMED.search(file.path):
            yield file.path


def names_image(project: Project) -> bool:
    """Whether a README or a script says which published image the work runs in."""
    for file in project.tree.files:
        if file.kind in _READ and file.role is not Role.VENDORED:
            text = project.text(file) or ""
            if _PULLED.search(text):
                return True
    return False
