"""The engine ends with the last process that needs it, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Callable

import pytest
from support import DEADLINE_S, UsersEngine, gpu, python, runs, status, until

from gpu_keepalive import GPUKeepalive

unix = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def test_the_end_of_the_interpreter_is_a_stop() -> None:
    ended = python("from gpu_keepalive import GPUKeepalive; keepalive = GPUKeepalive(); keepalive.start()")
    assert ended == (0, "", "")
    assert runs(), "for a moment"
    until("the end of the engine", lambda: not runs())


def test_a_killed_program_leaves_nothing() -> None:
    script = (
        "import time\n"
        "from gpu_keepalive import GPUKeepalive\n"
        "GPUKeepalive().start()\n"
        "print(flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.readline()
        until("a held GPU", lambda: gpu().phase == "warm")
        program.kill()
    until("the end of the engine", lambda: not runs())


def test_interrupting_a_program_does_not_interrupt_the_engine() -> None:
    ended = python(
        "import os, signal\n"
        "from gpu_keepalive import GPUKeepalive\n"
        "os.setpgid(0, 0)\n"
        "with GPUKeepalive() as keepalive:\n"
        "    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "    os.killpg(0, signal.SIGINT)\n"
        "    with keepalive.inference_mode():\n"
        "        print(keepalive.status().engine.leases)\n"
    )
    assert ended == (0, "1\n", "")


def test_processes_share_one_engine() -> None:
    with GPUKeepalive() as keepalive:
        first = status().engine.pid
        assert python("from gpu_keepalive import GPUKeepalive; GPUKeepalive().start()").code == 0
        until("the other's end", lambda: status().engine.users == 1)
        assert status().engine.pid == first
        assert keepalive.running


def test_programs_that_start_at_once_share_one_engine() -> None:
    script = (
        "import sys\n"
        "from gpu_keepalive import GPUKeepalive\n"
        "with GPUKeepalive() as keepalive:\n"
        "    print(keepalive.status().engine.pid, flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    command = [sys.executable, "-W", "error", "-c", script]
    pipe = subprocess.PIPE
    programs = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(5)]
    pids = {program.stdout.readline() for program in programs if program.stdout}
    for program in programs:
        program.communicate("\n", timeout=DEADLINE_S)
        assert program.returncode == 0
    assert len(pids) == 1
    assert pids != {""}


def test_a_program_that_starts_while_the_engine_ends_has_one() -> None:
    for _ in range(3):
        with GPUKeepalive():
            ending = status().engine.pid
            os.kill(ending, signal.SIGTERM)
        with GPUKeepalive() as keepalive:
            assert keepalive.status().engine.users >= 1


@unix
def test_a_forked_child_holds_nothing_of_its_parents() -> None:
    ended = python(
        "import os, time\n"
        "from gpu_keepalive import GPUKeepalive\n"
        "keepalive = GPUKeepalive()\n"
        "keepalive.start()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os.closerange(1, 3)\n"
        "    time.sleep(600)\n"
        "print(child, keepalive.status().engine.users, flush=True)\n"
        "os._exit(0)\n"
    )
    child, users = ended.out.split()
    try:
        assert users == "1"
        until("the end of the engine, beside the child", lambda: not runs())
    finally:
        os.kill(int(child), signal.SIGKILL)


@unix
def test_a_forked_child_has_leases_of_its_own() -> None:
    ended = python(
        "import os\n"
        "from gpu_keepalive import GPUKeepalive\n"
        "with GPUKeepalive() as keepalive, keepalive.inference_mode():\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        with keepalive.inference_mode():\n"
        "            keepalive.get_stats()\n"
        "            engine = keepalive.status().engine\n"
        "            print(engine.leases, engine.users, flush=True)\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
        "    print(keepalive.status().engine.leases, flush=True)\n"
    )
    assert ended.code == 0, ended
    assert ended.out == "2 2\n1\n"


@unix
def test_a_fork_beside_threads_that_use_it() -> None:
    ended = python(
        "import os, threading\n"
        "from gpu_keepalive import GPUKeepalive\n"
        "keepalive = GPUKeepalive()\n"
        "keepalive.start()\n"
        "going = True\n"
        "def work():\n"
        "    while going:\n"
        "        with keepalive.inference_mode(wait=False):\n"
        "            pass\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "for thread in threads: thread.start()\n"
        "for _ in range(10):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        with keepalive.inference_mode(wait=False):\n"
        "            keepalive.stop()\n"
        "        os._exit(0)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "going = False\n"
        "for thread in threads: thread.join()\n"
        "assert keepalive.get_stats()['phase'] is not None\n"
        "keepalive.stop()\n",
        # A fork beside threads is what this is about.
        *(["-W", "ignore::DeprecationWarning"] if sys.version_info >= (3, 12) else []),
    )
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@unix
def test_multiprocessing(method: str, tmp_path: os.PathLike[str]) -> None:
    script = os.path.join(tmp_path, "pool.py")
    with open(script, "w") as file:
        file.write(
            "import multiprocessing, sys\n"
            "from gpu_keepalive import GPUKeepalive\n"
            "def work(number):\n"
            "    with GPUKeepalive() as keepalive, keepalive.inference_mode(wait=False):\n"
            "        return keepalive.status().engine.pid\n"
            "if __name__ == '__main__':\n"
            "    keepalive = GPUKeepalive()\n"
            "    keepalive.start()\n"
            "    context = multiprocessing.get_context(sys.argv[1])\n"
            "    with context.Pool(3) as pool:\n"
            "        print(len(set(pool.map(work, range(6)))))\n"
        )
    ended = subprocess.run([sys.executable, script, method], capture_output=True, text=True, timeout=2 * DEADLINE_S)
    assert (ended.returncode, ended.stdout) == (0, "1\n"), ended.stderr
    until("the end of the engine", lambda: not runs())


def test_an_engine_that_ends_is_replaced(users_engine: Callable[..., UsersEngine]) -> None:
    engine = users_engine()
    with GPUKeepalive() as keepalive:
        before = status().engine.pid
        engine.end()
        until("another engine", lambda: runs() and status().engine.pid != before)
        until("a held GPU", lambda: gpu().phase == "warm")
        with keepalive.inference_mode():
            assert status().engine.leases == 1


def test_inference_outlives_the_engine() -> None:
    with GPUKeepalive() as keepalive:
        with keepalive.inference_mode():
            os.kill(status().engine.pid, signal.SIGKILL)
        with keepalive.inference_mode():
            pass
