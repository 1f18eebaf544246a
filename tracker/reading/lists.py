"""The whole way of reading: the bytes of one attachment → its filings, as one function that can be sent elsewhere.

In: bytes, and the series they are taken for; out: an `Extraction`. Must never: fail with anything but a `ContentError`
where the file is at fault; a fault of ours says where in the program it was, even when it is told in another process.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from tracker.core.errors import ContentError, HostileFile
from tracker.core.models import Extraction
from tracker.core.series import Series
from tracker.reading.document import read_document
from tracker.reading.filings import read_filings


def read_list(data: bytes, series: Series | None, period: str | None = None) -> Extraction:
    """The filings of a file; of the series that its title or headings tell, where none is given.

    Raises:
        ContentError: it cannot be read, breaks a limit or holds no table of the series.
    """
    try:
        return read_filings(read_document(data), series, period)
    except ContentError:
        raise
    except MemoryError as error:
        raise HostileFile("Reading the file takes more memory than is allowed") from error
    except Exception as error:
        # A traceback does not travel between processes; a note does.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        error.add_note(f"{Path(frame.filename).name}:{frame.lineno}")
        raise
