"""Stock MLflow looks at a home that the quickstart left: runs, nested tasks, model version, alias, and the model's own answers.

usage: interop.py HOME WORK RUN VERSION
  HOME     the quickstart's folder; VERSION the number of the newest version in it
  WORK     a folder for screenshots and logs
  RUN      the script that starts samples
Ends with a line "checks: N passed, N failed"; the exit code is 0 if none failed.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import traceback
import urllib.request

home, work, run, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

import mlflow  # noqa: E402
import mlflow.onnx  # noqa: E402
import mlflow.pyfunc  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from mlflow import MlflowClient  # noqa: E402

database = f"sqlite:///{home / 'mlflow.db'}"
mlflow.set_tracking_uri(database)
mlflow.set_registry_uri(database)
client = MlflowClient()
checks = []


def check(function):
    checks.append(function)
    return function


def eq(what, actual, expected):
    assert actual == expected, f"{what}: {actual!r} (expected: {expected!r})"


def experiment():
    found = client.get_experiment_by_name("penguins")
    assert found is not None, "experiment penguins: not there"
    return found


def runs():
    return list(client.search_runs([experiment().experiment_id], max_results=1000))


def parent(one):
    return one.data.tags.get("mlflow.parentRunId")


def newest():
    tops = [one for one in runs() if parent(one) is None]
    assert tops, "no run at the top of experiment penguins"
    return max(tops, key=lambda one: one.info.start_time)


def champion():
    return client.get_model_version_by_alias("penguins", "champion")


def training_run():
    """The run that trained the champion: the source run of the logged model that was registered."""
    model = champion()
    run_id = model.run_id or client.get_logged_model(re.search(r"m-[0-9a-f]{32}", model.source + (model.model_id or "")).group()).source_run_id
    return client.get_run(run_id)


_expected = None


def expected():
    """What the trainer answers to all 342 rows; asked for once."""
    global _expected
    if _expected is None:
        rate = training_run().data.params["rate"]
        out = subprocess.run([run, "expected", rate, str(home / "penguins.csv")], check=True, capture_output=True, text=True).stdout
        _expected = json.loads(out)
        eq("rows", len(_expected), 342)
    return _expected


def frame():
    return pd.DataFrame([row["input"] for row in expected()]).astype("float32")


def compare(answers, names):
    """Row by row, column by name."""
    wanted = np.array([[row["output"][name] for name in names] for row in expected()])
    answers = np.asarray(answers)
    eq("shape", answers.shape, wanted.shape)
    worst = float(np.abs(answers - wanted).max())
    assert worst <= 1e-5, f"largest difference from the trainer: {worst} (expected: <= 1e-5)"


@check
def the_dag_run_is_a_finished_run_with_its_tasks_nested_under_it():
    top = newest()
    eq("status", top.info.status, "FINISHED")
    below = [one for one in runs() if parent(one) == top.info.run_id]
    eq("nested runs", len(below), 6)
    for one in below:
        eq(f"status of {one.info.run_name}", one.info.status, "FINISHED")
    names = " ".join(one.info.run_name for one in below)
    for task in ("split", "train", "best", "register"):
        assert task in names, f"no nested run of task {task} among: {names}"


@check
def no_run_is_left_running():
    left = [one.info.run_name for one in runs() if one.info.status not in ("FINISHED",)]
    eq("runs not FINISHED", left, [])


@check
def every_candidate_has_its_parameter_and_metric():
    below = [one for one in runs() if parent(one) == newest().info.run_id and "rate" in one.data.params]
    eq("rates", sorted(float(one.data.params["rate"]) for one in below), [0.001, 0.01, 0.1])
    for one in below:
        history = client.get_metric_history(one.info.run_id, "accuracy")
        eq("points of accuracy", len(history), 1)
        eq("latest accuracy", one.data.metrics["accuracy"], history[0].value)


@check
def mlflow_finds_the_runs_by_filter():
    found = client.search_runs([experiment().experiment_id], "metrics.accuracy >= 0.95 and params.rate = '0.1'")
    eq("runs", len(found), int(version))


@check
def the_registry_has_every_version_once_and_the_alias_points_at_the_newest():
    versions = sorted(int(one.version) for one in client.search_model_versions("name = 'penguins'"))
    eq("versions", versions, list(range(1, int(version) + 1)))
    eq("champion", str(champion().version), version)
    aliases = {alias: str(to) for alias, to in client.get_registered_model("penguins").aliases.items()}
    eq("aliases", aliases, {"champion": version})


@check
def the_champion_is_the_best_candidate():
    below = [one for one in runs() if parent(one) == newest().info.run_id and "accuracy" in one.data.metrics]
    best = max(below, key=lambda one: one.data.metrics["accuracy"])
    eq("training run of the champion", training_run().info.run_id, best.info.run_id)


@check
def logged_models_are_ready_and_tied_to_their_runs():
    models = client.search_logged_models([experiment().experiment_id])
    eq("logged models", len(models), 3 * int(version))
    for model in models:
        assert "READY" in str(model.status), f"{model.model_id}: {model.status} (expected: READY)"
        assert client.get_run(model.source_run_id)


@check
def mlflow_onnx_answers_as_the_trainer_does():
    import onnxruntime

    uri = "models:/penguins@champion"
    model = mlflow.onnx.load_model(uri)
    signature = mlflow.models.get_model_info(uri).signature
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    matrix = frame()[signature.inputs.input_names()].to_numpy(dtype=np.float32)
    answers = session.run(None, {session.get_inputs()[0].name: matrix})[0]
    compare(answers, signature.outputs.input_names())
    wrong = session.run(None, {session.get_inputs()[0].name: matrix[:, [1, 0, 2, 3]]})[0]
    assert np.abs(wrong - answers).max() > 0.1, "two swapped columns changed nothing"


@check
def mlflow_pyfunc_answers_as_the_trainer_does_whatever_the_frames_order():
    model = mlflow.pyfunc.load_model("models:/penguins@champion")
    names = model.metadata.signature.outputs.input_names()
    for columns in (list(frame().columns), list(reversed(frame().columns))):
        answer = model.predict(frame()[columns])
        if isinstance(answer, dict):
            answer = next(iter(answer.values()))
        elif isinstance(answer, pd.DataFrame):
            # for a frame, stock pyfunc lays an output tensor of any shape flat into one column
            answer = answer.to_numpy().reshape(-1, len(names))
        compare(answer, names)


@check
def pyfunc_enforces_the_signature():
    model = mlflow.pyfunc.load_model("models:/penguins@champion")
    try:
        model.predict(frame().drop(columns=["bodyMassG"]))
    except Exception as e:
        assert "bodyMassG" in str(e), f"the error does not name the column: {e}"
    else:
        raise AssertionError("a frame without bodyMassG was answered")


@check
def the_ui_shows_the_run_in_chromium():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "chromium: not found (expected: the Debian package chromium)"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = open(work / f"mlflow-ui-{version}.log", "w")
    env = dict(os.environ, MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
    env["PATH"] = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    ui = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", database, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        stdout=log, stderr=subprocess.STDOUT, env=env, start_new_session=True)
    try:
        base = f"http://127.0.0.1:{port}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(240):
            try:
                opener.open(base + "/health", timeout=2).read()
                break
            except OSError:
                assert ui.poll() is None, f"mlflow ui ended with {ui.returncode}; see {log.name}"
                time.sleep(0.25)
        else:
            raise AssertionError(f"mlflow ui did not answer within 60 s; see {log.name}")
        top, trained = newest(), training_run()
        for one, texts in ((top, [top.info.run_name]), (trained, [trained.info.run_name, "accuracy", "rate"])):
            url = f"{base}/#/experiments/{experiment().experiment_id}/runs/{one.info.run_id}"
            shot = work / f"run-{one.info.run_id}.png"
            profile = work / f"chromium-{one.info.run_id}"
            flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--no-proxy-server", f"--user-data-dir={profile}",
                     "--window-size=1400,1000", "--virtual-time-budget=20000"]
            dom = subprocess.run([chromium, *flags, "--dump-dom", url], capture_output=True, text=True, timeout=120).stdout
            subprocess.run([chromium, *flags, f"--screenshot={shot}", url], capture_output=True, timeout=120)
            shutil.rmtree(profile, ignore_errors=True)
            text = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", dom, flags=re.S)
            for wanted in texts:
                assert wanted in text, f"{url}: the page does not show {wanted!r}; it shows: {' '.join(text.split())[:500]}"
            assert shot.stat().st_size > 10_000, f"{shot}: an empty picture"
    finally:
        os.killpg(ui.pid, 15)
        ui.wait(20)


failed = 0
for function in checks:
    name = function.__name__.replace("_", " ")
    try:
        function()
        print(f"  ok    {name}", flush=True)
    except Exception as e:
        failed += 1
        print(f"  FAIL  {name}: {type(e).__name__}: {e}", flush=True)
        if os.environ.get("INTEROP_TRACEBACK"):
            traceback.print_exc()
print(f"checks: {len(checks) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
