"""Pictures as PNG files. They need matplotlib, the extra ``plots``; nothing else here does."""

from io import BytesIO
from typing import Any, Final

from harmony_core.errors import ConfigurationError

__all__ = ["new_figure", "png_of", "require_plots"]

_DOTS_PER_INCH: Final = 100


def new_figure(width: float, height: float, *, dots_per_inch: int = _DOTS_PER_INCH) -> Any:
    """Return an empty matplotlib figure, to be drawn on and given to `png_of`.

    Args:
        width: in inches.
        height: in inches.
        dots_per_inch: pixels of an inch.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
    """
    figure_class, _ = require_plots()
    return figure_class(figsize=(width, height), dpi=dots_per_inch, layout="constrained")


def png_of(figure: Any) -> bytes:
    """Return the picture of a figure. The same figure gives the same bytes: nothing in it names time or software.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
    """
    _, canvas_class = require_plots()
    stream = BytesIO()
    canvas_class(figure).print_png(stream, metadata={"Software": None})
    return stream.getvalue()


def require_plots() -> tuple[Any, Any]:
    """Return matplotlib's classes of figures and of canvases; for commands that draw at the end of long work.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - an optional extra
        from matplotlib.figure import Figure  # noqa: PLC0415 - the same
    except ImportError as error:
        raise ConfigurationError(
            "Plots need matplotlib: pip install 'harmony-core[plots]'.", code="plots-missing"
        ) from error
    return Figure, FigureCanvasAgg
