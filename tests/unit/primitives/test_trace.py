"""Steps of an outcome."""

from harmony_core.primitives import Address, Dec, Epoch, TraceStep, trace_step


def test_a_step_holds_integers_and_text() -> None:
    step = trace_step(
        "lock-period",
        "Waits.",
        epoch=Epoch(7),
        rate=Dec.parse("0.05"),
        owner=Address(bytes(20)),
        paid=True,
        list=[1, Dec.ONE],
    )
    assert step == TraceStep(
        "lock-period",
        "Waits.",
        (("epoch", 7), ("rate", "0.05"), ("owner", "0x" + "00" * 20), ("paid", "yes"), ("list", "1, 1")),
    )
    assert step.to_json() == {
        "rule": "lock-period",
        "text": "Waits.",
        "numbers": {
            "epoch": "7",
            "rate": "0.05",
            "owner": "0x" + "00" * 20,
            "paid": "yes",
            "list": "1, 1",
        },
    }
