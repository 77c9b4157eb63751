"""The parser of pages finds what is to be run."""

from pathlib import Path

from support.snippets import Block, Command, blocks, commands, missing_lines

PAGE = """# Title

```python
x = 1
```

    ```python title="indented"
    y = 2
    ```

```console
$ make demo
$ harmony-core backends
BLS  arkworks
$ harmony-core verify \\
    forged.jsonl; echo $?
broken

1
```

```text
$ harmony-core not run
```
"""


def test_blocks_commands_and_exit_codes_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert [block for block in blocks(page) if block.language == "python"] == [
        Block("python", "x = 1\n", 4),
        Block("python", "y = 2\n", 8),
    ]
    assert list(commands(page)) == [
        Command("harmony-core backends", 0, ("BLS  arkworks",), 13),
        Command("harmony-core verify forged.jsonl", 1, ("broken",), 15),
    ]


def test_shown_output_has_to_appear_in_order() -> None:
    printed = "first line\nsecond   line 17\nthird\n"
    assert missing_lines(("first line", "...", "second line ...", "third"), printed) == []
    assert missing_lines(("third", "first line"), printed) == ["first line"]
    assert missing_lines(("fourth",), printed) == ["fourth"]
