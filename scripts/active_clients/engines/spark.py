"""Starts and stops a real Spark cluster on this machine, from the pyspark package alone.

One master, two workers and one Thrift server, on the loopback interface; with --one-process
the Thrift server does the work itself, which is faster as long as the data are small.
Everything it writes is in one folder, which `stop` removes.

scripts/spark start
DBT_TARGET=spark dbt build
scripts/spark stop
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from active_clients.command_line import command
from active_clients.project import ProjectError

HOST = "127.0.0.1"
JAVA_NEEDED = 17
WORKERS = 2
SECONDS_TO_SERVE = 180
THRIFT_SERVER = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"


def java() -> str:
    """The java command, if it is new enough."""
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home) / "bin/java") if home else "java"
    try:
        said = subprocess.run([command, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise ProjectError(
            f"Spark needs Java {JAVA_NEEDED}, and {command} does not run; install a Java "
            f"{JAVA_NEEDED} runtime (Debian: openjdk-17-jre-headless) or set JAVA_HOME"
        ) from None
    version = re.search(r'version "(\d+)', said.stderr)
    if version is None or int(version[1]) < JAVA_NEEDED:
        raise ProjectError(f"Spark needs Java {JAVA_NEEDED}; {command} is: {said.stderr.strip()}")
    return command


def spark_home() -> Path:
    """The folder of the pyspark package."""
    try:
        import pyspark
    except ImportError:
        raise ProjectError(
            "pyspark is not installed; run scripts/setup with ACTIVE_CLIENTS_EXTRAS=spark"
        ) from None
    return Path(pyspark.__file__).parent


def settings(directory: Path, partitions: int, event_log: bool) -> dict[str, str]:
    """What makes the answers those of every other engine, and suits small data."""
    return {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        # A backslash in a literal is a backslash, as the standard and the others have it.
        "spark.sql.parser.escapedStringLiterals": "true",
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.sources.default": "parquet",
        "spark.sql.legacy.createHiveTableByDefault": "false",
        "spark.sql.warehouse.dir": str(directory / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={directory}/metastore;create=true"
        ),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={directory}",
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.ui.enabled": "false",
        "spark.local.dir": str(directory / "local"),
        "spark.eventLog.enabled": str(event_log).lower(),
        "spark.eventLog.dir": f"file://{directory}/events",
        "spark.eventLog.compress": "false",
    }


def is_open(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


@dataclass(frozen=True)
class Options:
    """What a cluster is started with."""

    port: int
    master_port: int
    memory: str
    partitions: int
    conf: tuple[str, ...]
    one_process: bool
    java: str
    event_log: bool


class Cluster:
    """The processes of one cluster, known by the pid files in its folder."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.logs = directory / "logs"

    def launch(self, name: str, *command: str) -> None:
        """Start one process in the background, its output in a log of its own."""
        with (self.logs / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [str(spark_home() / "bin" / command[0]), *command[1:]],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.directory,
                start_new_session=True,
                env={
                    **os.environ,
                    "SPARK_HOME": str(spark_home()),
                    "SPARK_LOCAL_IP": HOST,
                    "PYSPARK_PYTHON": sys.executable,
                },
            )
        (self.directory / f"{name}.pid").write_text(str(process.pid))

    def wait_for(self, name: str, port: int) -> None:
        """Return when the process serves its port; fail when it has ended instead."""
        deadline = time.monotonic() + SECONDS_TO_SERVE
        while not is_open(port):
            if not self.is_running(name) or time.monotonic() > deadline:
                raise ProjectError(f"the {name} does not serve; see {self.logs / name}.log")
            time.sleep(0.5)

    def is_running(self, name: str) -> bool:
        """Whether a process that was launched has not ended."""
        import psutil

        try:
            process = psutil.Process(int((self.directory / f"{name}.pid").read_text()))
            return bool(process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    def start(self, options: Options) -> None:
        """Start everything and wait until it serves."""
        java()
        if is_open(options.port):
            raise ProjectError(f"port {options.port} is taken; stop what uses it or give --port")
        processes = [file.stem for file in self.directory.glob("*.pid")]
        if self.directory.exists() and (not processes or any(map(self.is_running, processes))):
            raise ProjectError(f"{self.directory} is there already; run scripts/spark stop first")
        # What a cluster that was killed has left.
        shutil.rmtree(self.directory, ignore_errors=True)
        self.logs.mkdir(parents=True)
        (self.directory / "events").mkdir()
        begin = time.monotonic()
        master = f"local[{WORKERS}]" if options.one_process else self.start_workers(options)
        configured = settings(self.directory, options.partitions, options.event_log)
        configured["spark.driver.extraJavaOptions"] += f" {options.java}"
        configured |= dict(setting.split("=", 1) for setting in options.conf)
        self.launch(
            "thrift-server", "spark-submit", "--class", THRIFT_SERVER, "--master", master,
            "--driver-memory", options.memory, "--executor-memory", options.memory,
            *(part for item in configured.items() for part in ("--conf", "=".join(item))),
            "spark-internal",
            "--hiveconf", f"hive.server2.thrift.port={options.port}",
            "--hiveconf", f"hive.server2.thrift.bind.host={HOST}",
        )  # fmt: skip
        self.wait_for("thrift-server", options.port)
        workers = "one process" if options.one_process else f"{WORKERS} workers"
        print(
            f"Spark serves on {HOST}:{options.port} ({time.monotonic() - begin:.0f} s, "
            f"{workers} of {options.memory}); logs in {self.logs}"
        )

    def start_workers(self, options: Options) -> str:
        """Start the master and its workers; the master's address."""
        master = f"spark://{HOST}:{options.master_port}"
        self.launch(
            "master", "spark-class", "org.apache.spark.deploy.master.Master",
            "--host", HOST, "--port", str(options.master_port), "--webui-port", "0",
        )  # fmt: skip
        self.wait_for("master", options.master_port)
        for number in range(1, WORKERS + 1):
            self.launch(
                f"worker{number}", "spark-class", "org.apache.spark.deploy.worker.Worker",
                "--host", HOST, "--cores", "1", "--memory", options.memory, "--webui-port", "0",
                "--work-dir", str(self.directory / "work"), master,
            )  # fmt: skip
        return master

    def stop(self) -> None:
        """End every process and remove the folder."""
        for file in sorted(self.directory.glob("*.pid"), reverse=True):
            try:
                os.killpg(int(file.read_text()), signal.SIGKILL)
            except (ProcessLookupError, ValueError):
                continue
        shutil.rmtree(self.directory, ignore_errors=True)
        print("Spark has stopped; nothing is left of it.")


@command("spark", __doc__)
@click.argument("action", metavar="start|stop", type=click.Choice(["start", "stop"]))
@click.option("--port", default=10000, help="of the Thrift server")
@click.option("--master-port", default=7077, help="of the master")
@click.option("--memory", default="2g", help="of each worker and the driver")
@click.option("--partitions", default=4, help="of a shuffle")
@click.option("--conf", multiple=True, metavar="KEY=VALUE", help="any setting of Spark")
@click.option("--one-process", is_flag=True, help="no master, no workers")
@click.option(
    "--java", default="", show_default=False, metavar="OPTIONS", help="of the Thrift server"
)
@click.option("--event-log", is_flag=True, help="log every task")
@click.option(
    "--directory",
    type=Path,
    default=Path(tempfile.gettempdir()) / "active_clients_spark",
    help="where it keeps everything, also while it serves",
)
def main(action: str, directory: Path, **options: Any) -> None:
    """Start or stop."""
    cluster = Cluster(directory.resolve())
    if action == "start":
        cluster.start(Options(**options))
    else:
        cluster.stop()


if __name__ == "__main__":
    main()
