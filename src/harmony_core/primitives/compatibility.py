"""The reference client's leniencies, each one a named boolean that is off by default."""

from dataclasses import dataclass, fields
from typing import Final, Self

__all__ = ["STRICT", "Compatibility"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compatibility:
    """Which quirks of the reference client to reproduce; all off means strict.

    A compatibility set is always an argument and never comes from the environment or from the data under test.
    """

    repeated_committee_keys: bool = False
    """Accept a committee in which one BLS key stands in several slots: it signs once, every slot counts."""

    quorum_counts_whole_committee: bool = False
    """Before staking, compare the size of the committee instead of the number of signers with the threshold.

    The reference's block verifier does this (consensus/quorum/verifier.go, uniformVerifier): with four slots or more
    an empty bitmap with the identity signature passes, which is how receipts were forged in August 2026.
    """

    truncated_block_numbers: bool = False
    """Sign only the low 64 bits of a block number or view id that is wider."""

    unchecked_commits_at_chain_start: bool = False
    """Check no commit while the verifying node's own chain stands at height 0 or 1."""

    votes_from_outside_committee: bool = False
    """Before staking, count consensus votes of keys that are not in the committee."""

    dec_text_signs: bool = False
    """Take a second sign in decimal text: ``+5``, ``-+5``, and ``--5``, which is 5 (numeric, NewDecFromStr)."""

    dec_text_unbounded: bool = False
    """Take decimal numbers of more than 315 bits from text and RLP; calculating with them still overflows."""

    loose_hex_addresses: bool = False
    """Take any text as a hexadecimal address, cut at the first other character, padded or cropped to 20 bytes."""

    unbounded_integers: bool = False
    """Take heights, epochs, view ids and times above 2^64-1, and amounts, prices and signatures above 2^256-1.

    Go decodes them as integers of any size.
    """

    header_vrf_any_length: bool = False
    """Take a v3 header whose VRF field is neither empty nor 128 bytes, such as v2 fields under the tag v3."""

    repeated_shards: bool = False
    """Take a shard state that lists the same shard twice; the first committee of a shard counts."""

    accept_identity_bls_points: bool = False
    """Take the identity (all zero bytes) as a BLS key or signature, and an empty bitmap signed by the identity.

    The reference verifies the identity signature under the identity key on every payload, so both prove nothing.
    """

    accept_trailing_bls_bytes: bool = False
    """Take BLS keys and signatures that are too long and ignore the bytes past their end."""

    accept_zero_bls_secret_key: bool = False
    """Take zero as a BLS secret key; its public key is the identity."""

    accept_bitmap_padding_bits: bool = False
    """Take bitmaps with bits set past the last key and ignore them (crypto/bls/mask.go, SetMask)."""

    unknown_validator_status: bool = False
    """Take a validator whose status is none of the four that exist (Go decodes any byte)."""

    unchecked_proof_source: bool = False
    """Do not hold shard and height that a cross-shard proof states against its header, and mark them as spent.

    The reference does so (core/block_validator.go, ValidateCXReceiptsProof; core/blockchain_impl.go, IsSpent), which is
    how one proof was credited more than once in August 2026.
    """

    padded_proof_signatures: bool = False
    """Cut the commit signature of a cross-shard proof to 96 bytes, or fill it up with zeros (core/block_validator.go).

    An empty one becomes the identity signature, which an empty bitmap makes true before staking.
    """

    unchecked_receipt_source: bool = False
    """Take cross-shard receipts whose own source shard is not that of the block, or is their destination."""

    unordered_proof_destinations: bool = False
    """Take a cross-shard proof whose destinations are repeated or out of order; the last root of a shard counts."""

    extra_proof_roots: bool = False
    """Take a cross-shard proof with more roots than destinations and ignore those past the last destination."""

    legacy_outgoing_roots: bool = False
    """Take the older hash over outgoing receipts in the staking era too (core/block_validator.go, ValidateState)."""

    blocks_with_uncles: bool = False
    """Take blocks with uncles, to which no header commits: anybody can add them without changing the block's hash."""

    ethereum_transactions_across_shards: bool = False
    """Take a transaction in Ethereum's format that goes to another shard, although no signature covers where.

    A proposer can so turn a transfer into one to the same address on another shard (core/state_processor.go).
    """

    staking_transactions_of_any_chain: bool = False
    """Take staking transactions in a block whatever chain they are signed for.

    The reference recovers their sender by the chain id that they name themselves (core/state_processor.go,
    StakingToMessage), so that one of testnet can be replayed on mainnet by a proposer.
    """

    beacon_cross_links: bool = False
    """Take crosslinks for blocks of the beacon shard itself."""

    tied_cross_links: bool = False
    """Take a header with several crosslinks for one height of a shard (core/types/crosslink.go, IsSorted)."""

    cross_links_of_later_epochs: bool = False
    """Take crosslinks for blocks of an epoch that the beacon chain has not reached."""

    accept_unreduced_p256_scalars: bool = False
    """Take a proof of the P-256 VRF whose scalar t is not below the group order (crypto/vrf/p256, ProofToHash)."""

    unreduced_vdf_forms: bool = False
    """Take VDF outputs whose forms are not the reduced ones of their classes, so that one output has many encodings.

    The reference reduces both forms before it looks at them (harmony-one/vdf proof_wesolowski.go, verifyProof).
    """

    identity_vdf_output: bool = False
    """Take the neutral element as a VDF's result if its proof holds; no evaluation has it."""

    slash_signatures_of_any_length: bool = False
    """Take records of double signing whose signatures have not 96 bytes (staking/slash/double-sign.go, Vote)."""

    impossible_signing_counts: bool = False
    """Take a validator whose counters of blocks fell since the snapshot, or that signed more than it was asked to.

    The reference logs it and goes on (staking/availability/measure.go, ComputeCurrentSigning).
    """

    loose_protobuf: bool = False
    """Take consensus messages with unknown fields, or in an encoding that is not the one nodes produce."""

    loose_message_fields: bool = False
    """Take consensus messages whose fields have other lengths or do not belong to their type.

    The reference crops and pads hashes, crops keys and signatures, and ignores what it does not look at
    (consensus/fbft_log.go, parseFBFTMessage; consensus/view_change_construct.go, ParseNewViewMessage).
    """

    rewards_up_to_missing_share: bool = False
    """Where a delegator has no share of a reward, pay the commission and those before it, and stop without an error.

    The reference wraps an error that is none (core/state/statedb.go, AddReward).
    """

    unlisted_new_validators: bool = False
    """Let two validators that are made in one block have the same identity and BLS keys.

    The reference looks through the validators that were there before the block (core/staking_verifier.go,
    checkDuplicateFields).
    """

    unchecked_delegation_indexes: bool = False
    """Take indexes of delegations that point to another account's delegation or name a validator twice."""

    repeated_delegators: bool = False
    """Add a delegation to each entry of an account that stands twice among a validator's delegations."""

    migration_loses_undelegations: bool = False
    """Lose what is on its way back when delegations move to an account that has none with the validator."""

    new_view_without_votes: bool = False
    """Take a NEWVIEW without the view change votes that it sums up, as the reference does.

    What it sums up signs a constant byte (M2) and a view id (M3) only, so that sums of another view change pass
    (consensus/view_change_construct.go, VerifyNewViewMsg).
    """

    verified_blocks_forget_prepared: bool = False
    """Forget that a quorum has prepared a block that the node had verified when it was proposed.

    The reference then does not log the PREPARED and asks for another view as if it had seen none (M2 in place of M1;
    consensus/validator.go, validateNewBlock).
    """

    commits_several_blocks: bool = False
    """Vote to commit one block of a height after another, in one view after another, as the reference does."""

    unbound_prepared_blocks: bool = False
    """Take a prepared block (M1) of another height, epoch or view in a view change, if its certificate holds."""

    withheld_shard_states: bool = False
    """Take the last block of an epoch without the committees of the next (internal/chain/engine.go, VerifyShardState)."""

    empty_shard_states: bool = False
    """Take a header in mid-epoch that carries an encoded list of no committees, which ends its epoch.

    The reference compares it with the nothing that it computes there, which encodes alike.
    """

    undecodable_shard_states: bool = False
    """Let a shard state that does not decode end the epoch (node/harmony/worker/worker.go, GetNewEpoch)."""

    unstored_validator_changes: bool = False
    """Drop the change of a validator that fails its own check, and keep what the change paid to balances.

    The reference reports such a validator and goes on (core/state/statedb.go, Finalise), which is how undelegations
    were paid at the end of every epoch in December 2023.
    """

    extra_slash_signers: bool = False
    """Take evidence whose votes name further keys besides the one that signed both, in the committee or not.

    A key that is made up from the offender's cancels it out of the sum, so that anybody signs for both (staking/slash/double-sign.go,
    Verify; harmony-one/harmony #5065).
    """

    slash_epochs_of_other_heights: bool = False
    """Take evidence whose height belongs to another epoch than the one that it names, and so to another committee.

    The reference does not compare the two (staking/slash/double-sign.go, Verify; harmony-one/harmony #5055).
    """

    repeated_slash_offenders: bool = False
    """Take several records about one validator in one block, such as one evidence with its votes swapped.

    The reference notes the repetition, but goes on (node/harmony/worker/worker.go, verifySlashes).
    """

    negative_slash_debts: bool = False
    """Let delegators gain by a slash where the validator now has more stake than all of them had when the epoch began.

    The reference divides by the difference (staking/slash/double-sign.go, delegatorSlashApplyDebt;
    harmony-one/harmony #5050).
    """

    @classmethod
    def reference(cls) -> Self:
        """Return the set with every quirk on: what the reference client accepts, this accepts."""
        return cls(**dict.fromkeys((field.name for field in fields(cls)), True))


STRICT: Final = Compatibility()
"""Every quirk off."""
