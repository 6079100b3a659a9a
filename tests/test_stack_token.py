"""`make token`: a token for a person of the stack that runs here."""

from pathlib import Path

from api.auth import ApiTokens
from stack.bootstrap import PYTHON, ROOT
from stack.console import run
from stack.environment import bare, product
from stack.ports import choose
from tests.stack_command import ended


def test_a_token_is_signed_with_the_secret_of_the_stack(tmp_path: Path) -> None:
    told = product(bare(), choose(bare()), tmp_path)
    run("Making the record", [PYTHON, "-m", "adapters.sql"], ROOT, told)
    code, said = ended(tmp_path, "token", "Dana", "agent")
    assert code == 0, said
    person = ApiTokens(told["SECRET_KEY"]).read(said.strip()).person
    assert (person.name, person.role) == ("Dana", "agent")


def test_before_the_first_start_there_is_no_secret_to_sign_with(tmp_path: Path) -> None:
    code, said = ended(tmp_path, "token", "Dana", "agent")
    assert code == 1
    assert "`make up`" in said
    assert not any(tmp_path.iterdir())
