import inspect

import pytest

import nullspace

PAIRS = [
    (nullspace.Sandbox, nullspace.AsyncSandbox),
    (nullspace.Commands, nullspace.AsyncCommands),
    (nullspace.Files, nullspace.AsyncFiles),
    (nullspace.Git, nullspace.AsyncGit),
    (nullspace.Pty, nullspace.AsyncPty),
    (nullspace.SandboxNetwork, nullspace.AsyncSandboxNetwork),
    (nullspace.PtySession, nullspace.AsyncPtySession),
    (nullspace.WatchHandle, nullspace.AsyncWatchHandle),
    (nullspace.BackgroundCommand, nullspace.AsyncBackgroundCommand),
    (nullspace.SandboxPaginator, nullspace.AsyncSandboxPaginator),
    (nullspace.Template, nullspace.AsyncTemplate),
    (nullspace.TemplateBuild, nullspace.AsyncTemplateBuild),
    (nullspace.TemplateWarmPool, nullspace.AsyncTemplateWarmPool),
    (nullspace.Snapshot, nullspace.AsyncSnapshot),
    (nullspace.Lifecycle, nullspace.AsyncLifecycle),
    (nullspace.LifecycleEventStream, nullspace.AsyncLifecycleEventStream),
]
# They send nothing, but return what is iterated asynchronously.
PLAIN = {"stream_events", "logs"}


def public_methods(kind):
    names = (name for name in dir(kind) if not name.startswith("_"))
    return {name: getattr(kind, name) for name in names if callable(getattr(kind, name))}


def function_of(method):
    """What sends nothing is one function for both twins."""
    return getattr(method, "__func__", method)


@pytest.mark.parametrize(("blocking", "asyncio_twin"), PAIRS)
def test_twins_have_the_same_methods_and_parameters(blocking, asyncio_twin):
    ours, theirs = public_methods(blocking), public_methods(asyncio_twin)
    assert ours.keys() == theirs.keys()
    for name, method in ours.items():
        parameters = inspect.signature(method).parameters
        others = inspect.signature(theirs[name]).parameters
        assert list(parameters) == list(others), name
        assert [p.default for p in parameters.values()] == [p.default for p in others.values()], name
        if function_of(method) is not function_of(theirs[name]):
            assert inspect.iscoroutinefunction(theirs[name]) is (name not in PLAIN), name
        assert inspect.getdoc(method), name


def test_everything_public_is_exported():
    for name in nullspace.__all__:
        assert getattr(nullspace, name) is not None
