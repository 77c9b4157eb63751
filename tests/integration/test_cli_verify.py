import gzip
import json
import os
import random
import signal
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from harmony_core.chain.header import Header, decode_header
from harmony_core.committee import committee_for_epoch
from harmony_core.params import load_network
from harmony_core.primitives import Epoch, Hash32, rlp
from support.cli_runner import NOW, Outcome, command, localnet, mainnet, run, write_lines

Record = dict[str, str]
BLOCKS = Path(__file__).parents[2] / "examples" / "data" / "localnet_blocks.jsonl.gz"
LOCAL = ("verify", "--network", "localnet", "--now", NOW)
MAIN = ("verify", "--network", "mainnet")
NONSENSE = "this is no header"


def header_of(record: Record) -> Header:
    return decode_header(bytes.fromhex(record["rlp"].removeprefix("0x")))


def altered(record: Record) -> Record:
    """The same record with one bit of the state root flipped."""
    header = header_of(record)
    root = Hash32(bytes([header.root[0] ^ 1]) + header.root[1:])
    return {**record, "rlp": replace(header, root=root).encode().hex()}


def lines(*records: Record | str) -> str:
    return "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records)


def verdicts(outcome: Outcome) -> list[str]:
    return [row["verdict"] for row in outcome.document["headers"]]


def test_real_headers_are_proven_by_the_committee_from_genesis() -> None:
    outcome = run(*MAIN, stdin=lines(*mainnet()))
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    for record in mainnet():
        assert str(header_of(record).hash) in outcome.stdout.split()
    assert outcome.stdout.count("signed by the committee derived from genesis data") == 4
    assert "228/250  91.2%  proven" in outcome.stdout


def test_a_lone_header_without_its_parent_is_proven_and_the_basis_said() -> None:
    outcome = run(*MAIN, "--json", stdin=lines(mainnet()[2]))
    [row] = outcome.document["headers"]
    assert outcome.exit_code == 0
    assert row["basis"]["kind"] == "genesis committee"
    assert (row["signers"], row["committee_size"], row["power"]) == (227, 250, "0.908")


@pytest.mark.parametrize("prefix", ["", "0x"])
def test_hexadecimal_text_counts_with_and_without_prefix(prefix: str) -> None:
    records = [
        {name: prefix + text.removeprefix("0x") for name, text in record.items()} for record in mainnet()
    ]
    assert run(*MAIN, stdin=lines(*records)).exit_code == 0


def test_bare_lines_are_proven_by_the_commits_that_children_carry() -> None:
    rows = [record["rlp"] for record in localnet(0)[:30]]
    outcome = run(*LOCAL, "--json", stdin=lines(*rows))
    assert outcome.exit_code == 5
    assert verdicts(outcome) == ["proven"] * 29 + ["cannot tell"]
    assert outcome.document["headers"][-1]["error"]["code"] == "commit-missing"


def test_both_forms_and_blank_lines_mix() -> None:
    first, second = localnet(0)[:2]
    assert run(*LOCAL, stdin=lines(first["rlp"], "", second, "  ")).exit_code == 0


@pytest.mark.parametrize("names", list(permutations(["shard0", "shard1"])))
def test_shards_come_in_any_order_of_files(tmp_path: Path, names: tuple[str, str]) -> None:
    for shard in (0, 1):
        shuffled = list(localnet(shard))
        random.Random(shard).shuffle(shuffled)
        write_lines(tmp_path / f"shard{shard}", shuffled)
    outcome = run(*LOCAL, *(tmp_path / name for name in names), "--json")
    assert outcome.exit_code == 0
    rows = outcome.document["headers"]
    assert len(rows) == len(localnet(0)) + len(localnet(1))
    places = [(row["shard"], row["number"]) for row in rows]
    assert places == sorted(places)
    of_beacon = {row["basis"]["detail"] for row in rows if row["shard"] == 1 and row["epoch"] == 3}
    assert of_beacon == {"committee elected in block 36 of shard 0"}


def test_the_standard_input_is_read_by_name_beside_files(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "one", localnet(0)[:3])
    outcome = run(*LOCAL, "--json", "-", path, stdin=lines(localnet(0)[3]))
    assert outcome.exit_code == 0
    sources = [row["sources"] for row in outcome.document["headers"]]
    assert sources[3] == [{"file": "-", "line": 1}]
    assert sources[2] == [{"file": str(path), "line": 3}]


def test_an_altered_header_is_broken() -> None:
    outcome = run(*LOCAL, "--json", stdin=lines(*localnet(0)[:10], altered(localnet(0)[10])))
    assert outcome.exit_code == 1
    assert verdicts(outcome) == ["proven"] * 10 + ["broken"]
    assert outcome.document["headers"][-1]["error"]["code"] == "bls-signature"


def test_an_empty_bitmap_with_the_identity_signature_is_broken() -> None:
    for record, arguments in ((mainnet()[0], MAIN), (localnet(0)[9], LOCAL)):
        bitmap = "00" * (len(record["commit_bitmap"].removeprefix("0x")) // 2)
        forged = {**altered(record), "commit_signature": "00" * 96, "commit_bitmap": bitmap}
        outcome = run(
            *arguments, stdin=lines(*localnet(0)[:9], forged) if arguments is LOCAL else lines(forged)
        )
        assert outcome.exit_code == 1
        assert "broken" in outcome.stdout


def test_a_bad_commit_beside_the_good_one_of_the_child_is_broken() -> None:
    records = list(localnet(0)[:12])
    records[5] = {**records[5], "commit_signature": records[6]["commit_signature"]}
    outcome = run(*LOCAL, "--json", stdin=lines(*records))
    assert outcome.exit_code == 1
    assert outcome.document["headers"][5]["verdict"] == "broken"


@pytest.mark.parametrize("order", [1, -1])
def test_a_bad_commit_beside_a_good_one_in_another_line_is_broken(order: int) -> None:
    good = mainnet()[0]
    bad = {**good, "commit_signature": mainnet()[1]["commit_signature"]}
    outcome = run(*MAIN, "--json", stdin=lines(*[good, bad][::order]))
    assert outcome.exit_code == 1
    [row] = outcome.document["headers"]
    assert row["verdict"] == "broken"
    assert [source["line"] for source in row["sources"]] == [1, 2]


def test_a_commit_whose_signature_is_no_point_is_broken() -> None:
    outcome = run(*MAIN, stdin=lines({**mainnet()[0], "commit_signature": "ff" * 96}))
    assert outcome.exit_code == 1


def test_without_what_proves_it_nothing_can_be_told() -> None:
    outcome = run(*LOCAL, "--json", stdin=lines(*localnet(0)[40:44]))
    assert outcome.exit_code == 5
    assert outcome.document["verdict"] == "cannot tell"
    assert {row["error"]["code"] for row in outcome.document["headers"]} == {"committee-unknown"}


def test_an_undecodable_line_is_named_and_the_rest_is_verified(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "mixed", [mainnet()[0], NONSENSE, mainnet()[1], "{}"])
    outcome = run(*MAIN, path)
    assert outcome.exit_code == 4
    assert outcome.stdout.count("proven ") == 2
    assert f"{path}:2: This is not hexadecimal text." in outcome.stderr
    assert f"{path}:4: The JSON object has no key rlp." in outcome.stderr
    problems = run(*MAIN, path, "--json").document["problems"]
    assert [(p["file"], p["line"], p["verdict"]) for p in problems] == [
        (str(path), 2, "undecodable"),
        (str(path), 4, "undecodable"),
    ]


def test_broken_comes_before_undecodable_before_cannot_tell() -> None:
    proven, broken, unknown = localnet(0)[0], altered(localnet(0)[1]), localnet(0)[40]
    for parts, code in (
        ((proven,), 0),
        ((proven, unknown), 5),
        ((proven, unknown, NONSENSE), 4),
        ((NONSENSE, unknown, broken), 1),
        ((unknown, broken, proven), 1),
        ((proven, NONSENSE), 4),
        ((NONSENSE,), 4),
    ):
        assert run(*LOCAL, stdin=lines(*parts)).exit_code == code


@pytest.mark.parametrize("text", ["", "\n\n  \n"])
def test_an_empty_input_proves_nothing(text: str) -> None:
    outcome = run(*LOCAL, stdin=text)
    assert outcome.exit_code == 4
    assert "the input is empty" in outcome.stdout


def block_of(number: int) -> str:
    header: rlp.RLPItem = rlp.decode(header_of(localnet(0)[number]).encode())
    return rlp.encode([b"HmnyTgd", b"v2", [header, [], [], [], []]]).hex()


def test_a_block_without_a_proven_header_cannot_be_judged() -> None:
    outcome = run(*LOCAL, "--json", stdin=lines(localnet(0)[0], {"rlp": block_of(7)}))
    assert outcome.exit_code == 5
    [block] = outcome.document["blocks"]
    assert (block["verdict"], block["error"]["code"]) == ("cannot tell", "block-header-unproven")
    assert (block["proven"], block["not_checked"]) == ([], [])
    assert block["source"] == {"file": "-", "line": 2}


def test_blocks_are_verified_with_the_headers_that_they_bring() -> None:
    outcome = run("verify", BLOCKS, "--network", "localnet", "--now", NOW, "--json")
    assert outcome.exit_code == 0
    blocks = outcome.document["blocks"]
    assert len(blocks) == len(outcome.document["headers"])
    for block in blocks:
        assert block["verdict"] == "proven"
        assert {"block-header", "block-transactions-root", "block-receipts-root"} <= set(block["proven"])
        assert {"block-state-root"} <= {item["rule"] for item in block["not_checked"]}
    outcome = run("verify", BLOCKS, "--network", "localnet", "--now", NOW)
    assert f"{len(blocks)} of {len(blocks)} blocks proven as far as checked" in outcome.stdout
    assert "not checked: block-state-root (execution-needed)" in outcome.stdout


def test_a_block_that_was_given_another_body_is_broken() -> None:
    records = [json.loads(line) for line in gzip.decompress(BLOCKS.read_bytes()).decode().splitlines()]
    other = next(record for record in records if len(record["receipts"]) > 2)
    outer = rlp.expect_list(rlp.decode(bytes.fromhex(other["rlp"])))
    rlp.expect_list(rlp.expect_list(outer[2])[1]).pop()
    bent = {**other, "rlp": rlp.encode(outer).hex()}
    outcome = run(*LOCAL, stdin=lines(*[bent if record is other else record for record in records]))
    assert outcome.exit_code == 1
    assert "broken: The header commits to other transactions." in outcome.stdout


def test_a_block_line_may_be_hexadecimal_text_alone() -> None:
    outcome = run(
        *LOCAL,
        "--json",
        stdin=lines(
            *[json.loads(line)["rlp"] for line in gzip.decompress(BLOCKS.read_bytes()).decode().splitlines()]
        ),
    )
    document = outcome.document
    assert [block["verdict"] for block in document["blocks"][:-1]] == ["proven"] * (
        len(document["blocks"]) - 1
    )
    assert "receipts-missing" in {item["code"] for item in document["blocks"][0]["not_checked"]}


def test_a_trusted_hash_proves_a_header_and_its_ancestors() -> None:
    part = localnet(0)[40:44]
    trusted = str(header_of(part[-1]).hash)
    outcome = run(*LOCAL, "--json", "--trust", trusted, stdin=lines(*part))
    assert outcome.exit_code == 0
    kinds = [row["basis"]["kind"] for row in outcome.document["headers"]]
    assert kinds == ["ancestor"] * 3 + ["trusted hash"]
    other = str(header_of(part[0]).hash)
    outcome = run(*LOCAL, "--trust", other.removeprefix("0x"), stdin=lines(*part))
    assert outcome.exit_code == 5


def test_a_given_committee_proves_the_headers_of_its_epoch(tmp_path: Path) -> None:
    records = localnet(0)
    for prefix, number, code in (("", 36, 0), ("0x", 36, 0), ("0x", 52, 5)):
        state = header_of(records[number]).shard_state.hex()
        path = tmp_path / "committee"
        path.write_text(f"{prefix}{state[:100]}\n{state[100:]}\n")
        outcome = run(*LOCAL, "--committee", path, "--json", stdin=lines(*records[40:44]))
        assert outcome.exit_code == code
        if code == 0:
            assert {row["basis"]["kind"] for row in outcome.document["headers"]} == {"given committee"}


def test_a_given_committee_of_before_staking_has_no_epoch(tmp_path: Path) -> None:
    state = committee_for_epoch(load_network("mainnet"), Epoch(86))
    path = tmp_path / "committee"
    path.write_text(state.encode().hex())
    outcome = run(*MAIN, "--committee", path, "--json", stdin=lines(mainnet()[0]))
    assert outcome.exit_code == 0
    assert outcome.document["headers"][0]["basis"]["kind"] == "given committee"


def test_a_wrong_given_committee_refutes_the_headers(tmp_path: Path) -> None:
    state = committee_for_epoch(load_network("mainnet"), Epoch(0))
    path = tmp_path / "committee"
    path.write_text(state.encode().hex())
    assert run(*MAIN, "--committee", path, stdin=lines(mainnet()[0])).exit_code == 1


@pytest.mark.parametrize("text", ["", "zz", "00", "c0c0", "0xc101"])
def test_an_undecodable_committee_is_refused_with_its_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "committee"
    path.write_text(text)
    outcome = run(*LOCAL, "--committee", path, stdin=lines(localnet(0)[0]))
    assert outcome.exit_code == 4
    assert f"Committee file {path}" in outcome.stderr
    assert outcome.stdout == ""


def test_usage_is_checked_before_anything_is_read(tmp_path: Path) -> None:
    good = write_lines(tmp_path / "good", localnet(0)[:2])
    state = tmp_path / "committee"
    state.write_text(header_of(localnet(0)[36]).shard_state.hex())
    zero = "00" * 32
    for arguments in (
        ("verify", good),
        ("verify", "--network", "nowhere", good),
        ("verify", "--network", "Mainnet", good),
        (*LOCAL, good, tmp_path / "missing"),
        (*LOCAL, tmp_path),
        (*LOCAL, "--trust", "12", good),
        (*LOCAL, "--trust", "g" * 64, good),
        (*LOCAL, "--trust", zero, "--committee", state, good),
        (*LOCAL, "--committee", tmp_path / "missing", good),
        (*LOCAL, "--now", "soon", good),
        (*LOCAL, "--now", "-1", good),
        (*LOCAL, "--no-such-option", good),
        ("no-such-command",),
    ):
        outcome = run(*arguments)
        assert outcome.exit_code == 2, arguments
        assert outcome.stdout == ""
        assert "Error" in outcome.stderr


def test_a_committee_of_the_other_era_is_a_matter_of_usage(tmp_path: Path) -> None:
    path = tmp_path / "committee"
    path.write_text(rlp.encode([b"\x05", []]).hex())
    assert run(*MAIN, "--committee", path, stdin=lines(mainnet()[0])).exit_code == 2


def test_an_unusable_back_end_is_a_matter_of_usage() -> None:
    process = command(*MAIN, environment={"HARMONY_CORE_BLS_BACKEND": "none"}, stdin=-3)
    out, error = process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert b"There is no BLS back end of that name." in error


def test_the_clock_can_be_given() -> None:
    record = localnet(0)[1]
    outcome = run("verify", "--network", "localnet", "--now", "1", "--json", stdin=lines(record))
    assert outcome.exit_code == 1
    assert outcome.document["headers"][0]["error"]["code"] == "header-time-future"
    assert outcome.document["now"] == 1


@pytest.mark.parametrize("width", ["20", "80", "120", "200"])
@pytest.mark.parametrize("terminal", [False, True])
def test_hashes_stay_whole_at_any_width(width: str, *, terminal: bool) -> None:
    environment = {"COLUMNS": width, "TERM": "xterm", "NO_COLOR": "1", "TTY_INTERACTIVE": "0"}
    if terminal:
        environment["FORCE_COLOR"] = "1"
    records = [*localnet(0)[:3], localnet(0)[40], altered(localnet(0)[4])]
    outcome = run(*LOCAL, stdin=lines(*records), environment=environment)
    words = outcome.stdout.replace("\x1b[1m", "").replace("\x1b[0m", "").split()
    for record in records:
        assert str(header_of(record).hash) in words
    if not terminal:
        assert len([line for line in outcome.stdout.splitlines() if "0x" in line]) == len(records)


def test_json_has_the_documented_fields() -> None:
    document = run(*LOCAL, "--json", stdin=lines(localnet(0)[0], NONSENSE)).document
    assert list(document) == ["network", "now", "verdict", "exit_code", "headers", "blocks", "problems"]
    assert (document["network"], document["verdict"], document["exit_code"]) == ("localnet", "undecodable", 4)
    [row] = document["headers"]
    assert row == {
        "shard": 0,
        "number": 0,
        "epoch": 0,
        "hash": str(header_of(localnet(0)[0]).hash),
        "signers": None,
        "committee_size": None,
        "power": None,
        "verdict": "proven",
        "reason": "genesis of localnet, recomputed",
        "basis": {"kind": "genesis", "detail": "genesis of localnet, recomputed"},
        "error": None,
        "sources": [{"file": "-", "line": 1}],
    }
    assert document["problems"][0]["error"]["code"] == "hex-text"


def test_a_closed_pipe_ends_quietly() -> None:
    process = command(*LOCAL, stdin=-1)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.write(lines(*localnet(0)).encode())
    process.stdin.close()
    assert process.wait() == 141
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="interrupts are sent differently on Windows")
def test_an_interrupt_ends_quietly(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    process = command(*LOCAL, tmp_path / "pipe")
    with (tmp_path / "pipe").open("w") as pipe:  # opens once the command reads from the other end
        pipe.write(lines(localnet(0)[0]))
        pipe.flush()
        process.send_signal(signal.SIGINT)
        out, error = process.communicate()
    assert (process.returncode, out, error) == (130, b"", b"")


def test_nothing_of_the_input_reaches_the_terminal_as_it_is(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "name\x1b[31m", ["\x1b[2J" * 3, '{"\x1b[2J": 1}'])
    outcome = run(*LOCAL, path)
    assert outcome.exit_code == 4
    assert "\x1b" not in outcome.stdout + outcome.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_output_that_cannot_be_written_is_no_proof() -> None:
    with Path("/dev/full").open("wb") as full:
        process = command(*LOCAL, stdin=-1, stdout=full)
        _, error = process.communicate(lines(localnet(0)[0]).encode())
    assert process.returncode == 2
    assert error.startswith(b"harmony-core: Reading or writing failed")
