"""marshmallow schemas of requests and answers, built once; OpenAPI is made from the same."""

from sidecar.api.schemas.access import *  # noqa: F403
from sidecar.api.schemas.base import *  # noqa: F403
from sidecar.api.schemas.customers import *  # noqa: F403
from sidecar.api.schemas.duplicates import *  # noqa: F403
from sidecar.api.schemas.events import *  # noqa: F403
from sidecar.api.schemas.facts import *  # noqa: F403
from sidecar.api.schemas.handlings import *  # noqa: F403
from sidecar.api.schemas.held_answers import *  # noqa: F403
from sidecar.api.schemas.jobs import *  # noqa: F403
from sidecar.api.schemas.leads import *  # noqa: F403
from sidecar.api.schemas.operations import *  # noqa: F403
from sidecar.api.schemas.owners import *  # noqa: F403
from sidecar.api.schemas.pipeline import *  # noqa: F403
from sidecar.api.schemas.privacy import *  # noqa: F403
from sidecar.api.schemas.records import *  # noqa: F403
from sidecar.api.schemas.requests import *  # noqa: F403
from sidecar.api.schemas.routing import *  # noqa: F403
from sidecar.api.schemas.scoring import *  # noqa: F403
from sidecar.api.schemas.sources import *  # noqa: F403
from sidecar.api.schemas.subscriptions import *  # noqa: F403
from sidecar.api.schemas.terms import *  # noqa: F403
from sidecar.api.schemas.views import *  # noqa: F403
