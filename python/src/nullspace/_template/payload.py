"""The request that builds, checks or plans a template."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .context_entry import ContextEntry
from .context_walk import BuildContext, ref_name
from .definition import TemplateDefinition
from .options import BuildOptions
from .secrets import read_secrets
from .steps import CopyItem, CopyStep, Step, dropping_empty


@dataclass(frozen=True)
class BuildPayload:
    """A build request whose files are still on the disk."""

    fields: dict[str, Any]
    entries: list[ContextEntry]

    def with_files(self, files: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """The request with its build context, which is left out when it is empty."""
        listed = list(files)
        return {**self.fields, "build_context": {"files": listed}} if listed else self.fields


def build_payload(definition: TemplateDefinition, options: BuildOptions) -> BuildPayload:
    """Reads the build context and writes down the request; file contents are not read."""
    steps, entries = _steps_and_files(definition)
    needs_steps = bool(steps or definition.build_envs or definition.start_cmd)
    secrets = read_secrets([*definition.secrets, *options.secrets])
    fields = {
        "base_image": definition.base_image,
        "dockerfile": definition.dockerfile,
        "steps": steps if needs_steps and definition.dockerfile is None else None,
        "build_envs": definition.build_envs or None,
        "start_cmd": definition.start_cmd,
        "runtime_config": _runtime_config(definition) or None,
        "base_image_auth": definition.base_image_auth,
        "build_secrets": [secret.to_payload() for secret in secrets] or None,
    }
    return BuildPayload(dropping_empty({**fields, **options.fields()}), entries)


def _steps_and_files(definition: TemplateDefinition) -> tuple[list[dict[str, Any]], list[ContextEntry]]:
    if definition.dockerfile is not None:
        if definition.context_path is None:
            return [], []
        return [], list(definition.context().everything(without=definition.dockerfile_path))
    copies = any(isinstance(step, CopyStep) for step in definition.steps)
    context = definition.context() if copies else None
    entries: list[ContextEntry] = []
    steps = [_write_step(step, f"step-{i}", context, entries) for i, step in enumerate(definition.steps)]
    return steps, entries


def _write_step(
    step: Step, place: str, context: BuildContext | None, entries: list[ContextEntry]
) -> dict[str, Any]:
    if not isinstance(step, CopyStep) or context is None:
        return dict(step) if isinstance(step, dict) else {}
    if not step.several:
        [item] = step.items
        return {
            "action": "copy",
            **item.described(_files(item, f"{place}/src", context, entries, always=True)),
        }
    items = [
        item.described(_files(item, f"{place}/src-{k}", context, entries, always=False))
        for k, item in enumerate(step.items)
    ]
    return {"action": "copy_items", "items": items}


def _files(
    item: CopyItem, place: str, context: BuildContext, entries: list[ContextEntry], *, always: bool
) -> list[str]:
    """Collects the files of one item and returns their names in the request."""
    sources = [path for source in item.sources for path in context.expand(source)]
    refs: list[str] = []
    for number, source in enumerate(sources):
        numbered = f"{place}-{number}" if always or len(sources) > 1 else place
        ref = f"builder-context/{numbered}/{ref_name(source)}"
        entries.extend(context.entries(source, ref, force_upload=item.force_upload))
        refs.append(ref)
    return refs


def _runtime_config(definition: TemplateDefinition) -> dict[str, Any]:
    return dropping_empty(
        {
            "default_user": definition.user,
            "default_workdir": definition.workdir,
            "default_envs": definition.runtime_envs or None,
            "readiness": definition.readiness.to_payload() if definition.readiness else None,
        }
    )
