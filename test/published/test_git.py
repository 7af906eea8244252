import pytest
from nullspace import GitError


@pytest.fixture
def origin(sandbox, folder):
    """A bare repository in the sandbox with one commit on main."""
    script = f"""
set -e
git init -q --bare -b main {folder}/origin.git
git init -q -b main {folder}/seed
cd {folder}/seed
echo one > file.txt
git add .
git -c user.name=seed -c user.email=seed@example.com commit -q -m first
git push -q {folder}/origin.git main
"""
    result = sandbox.commands.run(script, shell=True)
    assert result.exit_code == 0, result.stderr
    return f"file://{folder}/origin.git"


def test_a_day_of_work(sandbox, folder, origin):
    git = sandbox.git
    copy = f"{folder}/copy"
    git.clone(origin, copy, depth=1)
    git.configure_user("Ada", "ada@example.com", scope="local", path=copy)
    status = git.status(path=copy)
    assert (status.branch, status.clean) == ("main", True)
    git.create_branch(copy, "work")
    sandbox.files.write(f"{copy}/file.txt", "two\n")
    sandbox.files.write(f"{copy}/new.txt", "new\n")
    assert "+two" in git.diff(path=copy)
    assert sorted(git.status(path=copy).changed_files) == ["file.txt", "new.txt"]
    git.commit("second", path=copy)
    assert git.status(path=copy).clean
    assert git.branches(path=copy).current_branch == "work"
    git.push(branch="work", path=copy, set_upstream=True)
    other = f"{folder}/other"
    git.clone(origin, other, branch="work")
    assert sandbox.files.read(f"{other}/new.txt") == "new\n"
    sandbox.files.write(f"{copy}/new.txt", "newer\n")
    git.commit("third", path=copy)
    git.push(branch="work", path=copy)
    git.pull(path=other)
    assert sandbox.files.read(f"{other}/new.txt") == "newer\n"
    git.checkout("main", path=copy)
    git.delete_branch(copy, "work", force=True)
    assert "work" not in git.branches(path=copy).branches


def test_failures_say_what_git_said(sandbox, folder):
    with pytest.raises(GitError) as failed:
        sandbox.git.clone(f"file://{folder}/nowhere.git", f"{folder}/copy")
    assert failed.value.exit_code == 128
    assert "nowhere" in failed.value.stderr
