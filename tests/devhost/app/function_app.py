"""An app with every kind of trigger; its functions report what they got to the queue SEEN_QUEUE."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path

import azure.functions as func
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueClient

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
_running: list[int] = []


def report(**facts: object) -> None:
    """Send `facts` to the test."""
    storage = os.environ["AzureWebJobsStorage"]  # noqa: SIM112 - Microsoft's name
    with QueueClient.from_connection_string(storage, os.environ["SEEN_QUEUE"]) as seen:
        with contextlib.suppress(ResourceExistsError):
            seen.create_queue()
        seen.send_message(json.dumps(facts | {"pid": os.getpid()}))


def wait_for(file: str) -> None:
    """Return as soon as `file` exists."""
    while not Path(file).exists():
        time.sleep(0.02)


def answer(**facts: object) -> func.HttpResponse:
    """All `facts` as JSON."""
    return func.HttpResponse(json.dumps(facts), mimetype="application/json")


@app.route(route="echo/{name}/{number:int?}", methods=["GET", "POST"])
def echo(req: func.HttpRequest) -> func.HttpResponse:
    """What reached the function."""
    body = req.get_body()
    return answer(
        method=req.method,
        url=req.url,
        headers=dict(req.headers),
        query=dict(req.params),
        route=dict(req.route_params),
        length=len(body),
        body=body[:100].decode("latin-1"),
        pid=os.getpid(),
    )


@app.route(route="order/{thing}", methods=["GET"])
def aaa_general(req: func.HttpRequest) -> func.HttpResponse:
    """Comes first because of its name."""
    return answer(function="aaa_general")


@app.route(route="order/list", methods=["GET"])
def zzz_special(req: func.HttpRequest) -> func.HttpResponse:
    """Never reached: aaa_general hides it."""
    return answer(function="zzz_special")


@app.route(route="open", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def anonymous(req: func.HttpRequest) -> func.HttpResponse:
    """Needs no key; answers with headers and cookies."""
    response = func.HttpResponse("welcome", status_code=201, headers={"X-One": "1"})
    response.headers.add("Set-Cookie", "a=1; Path=/; HttpOnly; SameSite=Lax")
    response.headers.add("Set-Cookie", "b=2; Max-Age=60")
    return response


@app.route(route="master", methods=["GET"], auth_level=func.AuthLevel.ADMIN)
def master_only(req: func.HttpRequest) -> func.HttpResponse:
    """Needs the master key."""
    return answer(function="master_only")


@app.route(route="nothing", methods=["GET"])
def returns_none(req: func.HttpRequest) -> func.HttpResponse:
    """Forgets to answer."""
    return None  # type: ignore[return-value]


@app.route(route="boom", methods=["GET"])
def raises(req: func.HttpRequest) -> func.HttpResponse:
    """Fails."""
    raise RuntimeError("boom went the function")


@app.route(route="unchanged", methods=["GET"])
def unchanged(req: func.HttpRequest) -> func.HttpResponse:
    """Has nothing new to say."""
    return func.HttpResponse(status_code=304, headers={"ETag": '"1"'})


@app.route(route="slow", methods=["GET"])
def slow(req: func.HttpRequest) -> func.HttpResponse:
    """Answers when the file named in the query exists."""
    wait_for(req.params["file"])
    return answer(done=True)


@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
def work(msg: func.QueueMessage) -> None:
    """Does what the message says: announce itself, sleep, wait for a file, then fail or report."""
    instructions = json.loads(msg.get_body())
    _running.append(1)
    at_once = len(_running)
    if instructions.get("announce"):
        report(started=instructions["name"])
    time.sleep(instructions.get("sleep", 0))
    if "file" in instructions:
        wait_for(instructions["file"])
    _running.pop()
    if instructions.get("fail"):
        report(failed=instructions["name"], tries=msg.dequeue_count)
        raise ValueError(f"told to fail on {instructions['name']}")
    report(
        name=instructions["name"],
        id=msg.id,
        tries=msg.dequeue_count,
        inserted=str(msg.insertion_time),
        at_once=at_once,
    )


@app.queue_trigger(
    arg_name="msg", queue_name="%WORK_QUEUE%-poison", connection="AzureWebJobsStorage"
)
def bury(msg: func.QueueMessage) -> None:
    """Reports what came to the poison queue."""
    report(poison=msg.get_body().decode())


@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%-noop", connection="AzureWebJobsStorage")
def noop(msg: func.QueueMessage) -> None:
    """Nothing, as fast as it goes."""


@app.timer_trigger(schedule="%TICK%", arg_name="timer")
def tick(timer: func.TimerRequest) -> None:
    """Reports that it ticked."""
    report(tick=True, past_due=timer.past_due)
