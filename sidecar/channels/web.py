"""Posting to a channel that is reached by HTTP, and what its answers mean.

The libraries underneath are imported at first use: every command knows the settings, and these all channels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidecar.channels.model import DeliveryError

if TYPE_CHECKING:
    import requests

TIMEOUT_SECONDS = 5.0
_LATER = (408, 425)  # of the 4xx, those that may work at another time; 429 says so itself


def post(service: str, url: str, **options: Any) -> requests.Response:
    """The answer to one POST, whatever it is but "slow down" (429). Raises DeliveryError.

    A redirect is not followed: what is posted is for this address only.
    """
    import requests

    try:
        answer = requests.post(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **options)
    except requests.RequestException as error:
        reason = f"{service} cannot be reached: {type(error).__name__}"
        raise DeliveryError(reason, may_have_arrived=_was_sent(error)) from error
    if answer.status_code == 429:
        raise slow_down(service, answer.headers.get("Retry-After"))
    return answer


def refusal(service: str, status: int, said: str, *, permanent: bool | None = None) -> DeliveryError:
    """What an answer other than success means: a 4xx will never work unless the service says otherwise."""
    if permanent is None:
        permanent = 400 <= status < 500 and status not in _LATER
    return DeliveryError(f"{service} answered {status} {said[:80]}".rstrip(), permanent=permanent)


def slow_down(service: str, retry_after: str | None) -> DeliveryError:
    """It is to be tried again after so many seconds, an hour at most, or when we think best."""
    try:
        seconds = float(min(max(int(retry_after or ""), 0), 3600))
    except ValueError:
        seconds = None
    return DeliveryError(f"{service} asks to slow down", retry_after=seconds)


def _was_sent(error: requests.RequestException) -> bool:
    """Whether the request may have been read, though there was no answer."""
    import requests
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return False
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return not isinstance(reason, NewConnectionError)
