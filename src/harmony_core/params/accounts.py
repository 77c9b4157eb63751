"""The account lists of which genesis and the committees before staking are made.

Source: harmony-one/harmony, internal/genesis/*.go: harmony.go, foundational.go, tn_harmony.go, localnodes.go and others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import overload

from harmony_core.errors import ConfigurationError, require
from harmony_core.params.packaged import packaged_json
from harmony_core.primitives import Address, BLSPublicKeyBytes

__all__ = ["Account", "AccountList", "account_list_names"]

_FILE = "genesis_accounts.json.gz"


@dataclass(frozen=True, slots=True)
class Account:
    """One node of a list: who is paid and the key that signs.

    Attributes:
        address: account address, 20 bytes.
        bls_public_key: serialized BLS public key, 48 bytes.
        label: the running number as the list writes it; no rule uses it.
    """

    address: Address
    bls_public_key: BLSPublicKeyBytes
    label: str = ""


@dataclass(frozen=True, slots=True)
class AccountList(Sequence[Account]):
    """A list of accounts, by the name of a packaged list or given outright. Packaged lists load when first read.

    Attributes:
        name: the packaged list's name, for example ``HarmonyAccounts``, or any label of a given list.
        given: the accounts, or None to take the packaged list of that name.

    Raises:
        ConfigurationError: ``account-list-unknown``, on first use, if no packaged list has that name.
    """

    name: str
    given: tuple[Account, ...] | None = None

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every account, in order."""
        return _packaged_list(self.name) if self.given is None else self.given

    @overload
    def __getitem__(self, index: int) -> Account: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Account, ...]: ...

    def __getitem__(self, index: int | slice) -> Account | tuple[Account, ...]:
        return self.accounts[index]

    def __len__(self) -> int:
        return len(self.accounts)

    def __iter__(self) -> Iterator[Account]:
        return iter(self.accounts)


def account_list_names() -> tuple[str, ...]:
    """Return the names of the packaged lists."""
    return tuple(packaged_json(_FILE)["lists"])


@cache
def _packaged_list(name: str) -> tuple[Account, ...]:
    document = packaged_json(_FILE)
    require(
        name in document["lists"],
        ConfigurationError,
        "account-list-unknown",
        "No packaged account list has this name.",
        actual=name,
    )
    entry = document["lists"].get(name, {"labels": [], "accounts": []})
    keys = document["accounts"]
    return tuple(
        _account(keys[index], label) for index, label in zip(entry["accounts"], entry["labels"], strict=True)
    )


def _account(text: str, label: str) -> Account:
    raw = bytes.fromhex(text)
    split = Address.LENGTH
    return Account(Address(raw[:split]), BLSPublicKeyBytes(raw[split:]), label)
