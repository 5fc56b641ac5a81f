"""The license server put together; nothing else here knows how the parts are made."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp, StatelessLifespan

from leasehold.kit.client_address import ClientAddresses
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.signing import CurrentKeys
from leasehold.server.application import make_application
from leasehold.server.authentication import Authentication
from leasehold.server.denials import Denials
from leasehold.server.endpoints import Service
from leasehold.server.health import ReadinessCheck
from leasehold.server.installation_figures import InstallationFigures
from leasehold.server.key_use import KeyUse
from leasehold.server.lanes import Lanes
from leasehold.server.limits import Limits, TokenBuckets
from leasehold.server.metrics import DenialCounters, LaneCounters, RequestCounters, begin_at_zero, measure_batch
from leasehold.server.reporter import Reporter
from leasehold.server.router import Router
from leasehold.server.server_settings import SettingsWatch
from leasehold.server.tracing import find_tracing

_GARBAGE_THRESHOLD = 20_000
_HOUSEKEEPING_SECONDS = 5.0


def create_app() -> ASGIApp:
    """The application as the configuration in force says. It starts, and answers 503, also while the database is away
    or its schema is older than this program, and serves as soon as that is mended.

    Raises `ConfigurationError` where the configuration or the secrets file is not usable, and as `find_tracing` does.
    """
    configuration = load_configuration()
    database = database_for(configuration, Role.SERVER)
    keys = CurrentKeys(configuration.data_dir)
    tracing = find_tracing()
    lanes = Lanes(database, tracing.of_batches(measure_batch))
    begin_at_zero(lanes.statistics)
    settings = SettingsWatch(database)
    limits = Limits(lambda: settings.current, TokenBuckets())
    authentication = Authentication(database, lambda: lanes.clock)
    key_use = KeyUse(database)
    counters = RequestCounters()
    denials = Denials()
    reporter = Reporter(database, lanes, denials)
    application = make_application(
        _lifespan(lanes, settings, reporter, partial(_keep_house, lanes, key_use, counters, denials)),
        keys=keys,
        readiness=ReadinessCheck(database),
        authentication=authentication,
        limits=limits,
        figures=InstallationFigures(database, configuration.data_dir),
    )
    router = Router(
        Service(lanes, keys, limits, lambda: settings.current),
        authentication,
        addresses=ClientAddresses(configuration.trusted_proxies),
        key_use=key_use,
        counters=counters,
        denials=denials,
        everything_else=application,
    )
    return tracing.of_requests(router)


def _lifespan(
    lanes: Lanes, settings: SettingsWatch, reporter: Reporter, keep_house: Callable[[], Coroutine[None, None, None]]
) -> StatelessLifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        lanes.start(asyncio.get_running_loop())
        settings.start()
        reporter.start()
        housekeeping = asyncio.create_task(keep_house())
        _spare_the_collector()
        try:
            yield
        finally:
            housekeeping.cancel()
            await asyncio.to_thread(settings.stop)
            await asyncio.to_thread(lanes.stop)
            await asyncio.to_thread(reporter.stop)

    return lifespan


def _spare_the_collector() -> None:
    """What is there at the start stays: it need not be looked through again and again while requests come and go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE_THRESHOLD)


async def _keep_house(lanes: Lanes, key_use: KeyUse, requests: RequestCounters, denials: Denials) -> None:
    """What need not be done with each request, now and then."""
    lane_counters = LaneCounters()
    denial_counters = DenialCounters()
    while True:
        await asyncio.sleep(_HOUSEKEEPING_SECONDS)
        requests.tell()
        lane_counters.tell(lanes.statistics)
        denial_counters.tell(denials.totals)
        await key_use.write()
