"""Auditing the databases of Harmony nodes: reading them unchanged, proving their states, and the ledger of every claim."""

from harmony_core.archive import schema
from harmony_core.archive.accounts import AccountTally, FoundAccount, walk_accounts
from harmony_core.archive.claims import make_claims
from harmony_core.archive.claims_job import BrokenStateError, ClaimsJob
from harmony_core.archive.database import Database
from harmony_core.archive.ledger import COLUMNS, COMPONENTS, Claim, LedgerWriter, read_ledger
from harmony_core.archive.node_database import NodeDatabase
from harmony_core.archive.pair import Cutoff, ShardDatabases
from harmony_core.archive.walk import Problem, ProblemKind, Subtree, Tally, walk_trie
from harmony_core.archive.work import ClusterRunner, ProcessRunner, Runner, SerialRunner, runner_for

__all__ = [
    "COLUMNS",
    "COMPONENTS",
    "AccountTally",
    "BrokenStateError",
    "Claim",
    "ClaimsJob",
    "ClusterRunner",
    "Cutoff",
    "Database",
    "FoundAccount",
    "LedgerWriter",
    "NodeDatabase",
    "Problem",
    "ProblemKind",
    "ProcessRunner",
    "Runner",
    "SerialRunner",
    "ShardDatabases",
    "Subtree",
    "Tally",
    "make_claims",
    "read_ledger",
    "runner_for",
    "schema",
    "walk_accounts",
    "walk_trie",
]
