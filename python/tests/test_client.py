"""What goes beyond the original: status, watch, warm, recommend, connect."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import threading
from typing import Any, Callable, get_args, get_origin, get_type_hints

import pytest
from support import UsersEngine, gpu, until

from gpu_keepalive import GPUKeepalive, GPUKeepaliveError, RequestError, connect, recommend

Start = Callable[..., UsersEngine]


def check(record: Any) -> None:
    """Fails where a value is not of the type that its field is declared with."""
    hints = get_type_hints(type(record))
    for field in dataclasses.fields(record):
        check_value(getattr(record, field.name), hints[field.name], f"{type(record).__name__}.{field.name}")


def check_value(value: Any, hint: Any, name: str) -> None:
    arguments = get_args(hint)
    if type(None) in arguments:
        if value is None:
            return
        (hint,) = (one for one in arguments if one is not type(None))
        arguments = get_args(hint)
    if get_origin(hint) is tuple:
        assert isinstance(value, tuple), name
        for item in value:
            check_value(item, arguments[0], name)
    elif dataclasses.is_dataclass(value):
        assert isinstance(value, hint), name
        check(value)
    elif hint is float:
        assert isinstance(value, (int, float)), name
    elif isinstance(get_origin(hint) or hint, type):
        assert isinstance(value, get_origin(hint) or hint), name
    elif arguments and all(isinstance(one, str) for one in arguments):
        assert value in arguments, name


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the annotations cannot be evaluated")
@pytest.mark.parametrize("preset", ["h200-quiet", "two-gpus"])
def test_a_status_is_of_the_declared_types(users_engine: Start, preset: str) -> None:
    users_engine("--simulate", preset)
    with GPUKeepalive() as keepalive:
        until("a held GPU", lambda: gpu().strategy is not None)
        found = keepalive.status()
    assert found.engine.simulated
    check(found)


def test_every_change_is_seen(users_engine: Start) -> None:
    users_engine()
    keepalive = GPUKeepalive()
    with keepalive.watch() as statuses:
        assert next(statuses).gpus[0].phase == "asleep"
        keepalive.start()
        assert any(one.gpus[0].phase == "warm" for one in statuses)
        keepalive.stop()
        assert any(one.gpus[0].phase == "asleep" for one in statuses)


def test_every_change_is_seen_by_a_coroutine(users_engine: Start) -> None:
    users_engine()

    async def phases() -> list[str]:
        seen: list[str] = []
        keepalive = GPUKeepalive()
        async for one in keepalive.watch():
            phase = one.gpus[0].phase
            if phase not in seen:
                seen.append(phase)
            if phase == "warm":
                break
            keepalive.start()
        keepalive.stop()
        return seen

    assert asyncio.run(phases()) == ["asleep", "warm"]


def test_a_watch_ends_with_the_engine(users_engine: Start) -> None:
    engine = users_engine()
    with connect() as client:
        statuses = client.watch()
    next(statuses)
    threading.Thread(target=engine.end).start()
    for _ in statuses:
        pass
    with pytest.raises(StopIteration):
        next(statuses)


def test_a_watch_that_is_closed_ends(users_engine: Start) -> None:
    users_engine()
    statuses = GPUKeepalive().watch()
    next(statuses)
    threading.Timer(0.1, statuses.close).start()
    for _ in statuses:
        pass


def test_warm_is_a_demand_of_its_own(users_engine: Start) -> None:
    users_engine()
    keepalive = GPUKeepalive()
    keepalive.warm(60)
    until("a held GPU", lambda: gpu().phase == "warm")
    assert gpu().message.causes[0].id == "as_you_asked"
    with pytest.raises(RequestError, match="for_s is -1") as caught:
        keepalive.warm(-1)
    assert caught.value.code == "invalid_argument"


@pytest.mark.parametrize("asks_an_engine", [True, False])
def test_models_for_a_card(users_engine: Start, asks_an_engine: bool) -> None:
    if asks_an_engine:
        users_engine()
        with connect() as client:
            found = client.recommend(8, use="code", context_tokens=4096)
    else:
        found = GPUKeepalive().recommend(8, use="code", context_tokens=4096)
    assert found.vram_gib == 8
    assert found.context_tokens == 4096
    assert found.models
    assert all("code" in model.use for model in found.models)


def test_models_for_this_card() -> None:
    assert recommend().vram_gib == pytest.approx(24, abs=0.1)
    with pytest.raises(GPUKeepaliveError):
        recommend(-5)


def test_a_client_asks_everything(users_engine: Start) -> None:
    users_engine()
    with connect() as client:
        assert client.status().engine.mode == "on_demand"
        client.ask("set", key="thermal.max_temperature", value=70)
        client.warm(5)
        assert client.ask("wakes") == {"wakes": []}
        with pytest.raises(RequestError) as caught:
            client.ask("dance")
    assert caught.value.code == "unknown_request"
