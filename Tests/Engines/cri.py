#!/usr/bin/python3
"""Asks a container runtime for pods as a kubelet would: CRI v1, over a unix socket.

Needs Debian's python3-grpcio, which belongs to /usr/bin/python3.
"""

import argparse
import sys
import uuid

import grpc
from protobuf import MalformedMessage, Schema

# Those messages and fields of https://github.com/kubernetes/cri-api, pkg/apis/runtime/v1/api.proto, that are used here.
SCHEMA = Schema(
    {
        "StatusRequest": {},
        "StatusResponse": {"status": (1, "RuntimeStatus")},
        "RuntimeStatus": {"conditions": (1, ["RuntimeCondition"])},
        "RuntimeCondition": {
            "type": (1, "string"),
            "status": (2, "bool"),
            "reason": (3, "string"),
            "message": (4, "string"),
        },
        "RunPodSandboxRequest": {"config": (1, "PodSandboxConfig")},
        "RunPodSandboxResponse": {"pod_sandbox_id": (1, "string")},
        "PodSandboxConfig": {
            "metadata": (1, "PodSandboxMetadata"),
            "log_directory": (3, "string"),
            "annotations": (7, {"string"}),
            "port_mappings": (5, ["PortMapping"]),
            "linux": (8, "LinuxPodSandboxConfig"),
        },
        "PodSandboxMetadata": {"name": (1, "string"), "uid": (2, "string"), "namespace": (3, "string")},
        "PortMapping": {"container_port": (2, "int32"), "host_port": (3, "int32")},
        "LinuxPodSandboxConfig": {"security_context": (2, "LinuxSandboxSecurityContext"), "sysctls": (3, {"string"})},
        "LinuxSandboxSecurityContext": {"namespace_options": (1, "NamespaceOption")},
        "NamespaceOption": {"network": (1, "int32")},
        "StopPodSandboxRequest": {"pod_sandbox_id": (1, "string")},
        "StopPodSandboxResponse": {},
        "RemovePodSandboxRequest": {"pod_sandbox_id": (1, "string")},
        "RemovePodSandboxResponse": {},
        "CreateContainerRequest": {
            "pod_sandbox_id": (1, "string"),
            "config": (2, "ContainerConfig"),
            "sandbox_config": (3, "PodSandboxConfig"),
        },
        "CreateContainerResponse": {"container_id": (1, "string")},
        "ContainerConfig": {
            "metadata": (1, "ContainerMetadata"),
            "image": (2, "ImageSpec"),
            "command": (3, ["string"]),
            "log_path": (11, "string"),
            "linux": (15, "LinuxContainerConfig"),
        },
        "ContainerMetadata": {"name": (1, "string")},
        "ImageSpec": {"image": (1, "string")},
        "LinuxContainerConfig": {},
        "StartContainerRequest": {"container_id": (1, "string")},
        "StartContainerResponse": {},
    }
)


class CRIError(Exception):
    """What the runtime refused, or is not ready for."""


class Runtime:
    """The RuntimeService behind a socket."""

    def __init__(self, socket):
        self.channel = grpc.insecure_channel(f"unix://{socket}")

    def call(self, method, **values):
        send = self.channel.unary_unary(
            f"/runtime.v1.RuntimeService/{method}",
            request_serializer=lambda values: SCHEMA.encode(f"{method}Request", values),
            response_deserializer=bytes,
        )
        try:
            return SCHEMA.decode(f"{method}Response", send(values, timeout=60))
        except grpc.RpcError as error:
            raise CRIError(f"{method}: {error.code().name}: {error.details()}") from error
        except MalformedMessage as error:
            raise CRIError(f"{method}: the answer is no message: {error}") from error


def status(runtime, _):
    """succeed if the runtime and its network are ready for pods"""
    conditions = runtime.call("Status")["status"]["conditions"]
    unmet = [condition for condition in conditions if not condition["status"]]
    if unmet:
        raise CRIError("; ".join("{type}: {reason}: {message}".format_map(condition) for condition in unmet))


def pod_config(name, **more):
    return {
        "metadata": {"name": name, "uid": str(uuid.uuid4()), "namespace": "default"},
        "log_directory": "/run/pod-logs",
        **more,
    }


def run_pod(runtime, options):
    """start a pod and print its id"""
    ports = [{"host_port": host, "container_port": container} for host, container in options.publish]
    config = pod_config(
        options.name,
        annotations=dict(options.annotation),
        port_mappings=ports,
        linux={
            "sysctls": dict(options.sysctl),
            # NamespaceMode: 0 is the pod's own, 2 the node's.
            "security_context": {"namespace_options": {"network": 2 if options.host_network else 0}},
        },
    )
    print(runtime.call("RunPodSandbox", config=config)["pod_sandbox_id"])


def run(runtime, options):
    """start a container in a pod and print its id"""
    config = {
        "metadata": {"name": options.name},
        "image": {"image": options.image},
        "command": options.command,
        "log_path": f"{options.name}.log",
        "linux": {},
    }
    container = runtime.call(
        "CreateContainer", pod_sandbox_id=options.pod, config=config, sandbox_config=pod_config(options.name)
    )["container_id"]
    runtime.call("StartContainer", container_id=container)
    print(container)


def stop_pod(runtime, options):
    """stop a pod and take its network down"""
    runtime.call("StopPodSandbox", pod_sandbox_id=options.pod)


def remove_pod(runtime, options):
    """remove a pod, stopped or not"""
    runtime.call("RemovePodSandbox", pod_sandbox_id=options.pod)


def port_pair(text):
    host, container = text.split(":")
    return int(host), int(container)


def setting(text):
    name, value = text.split("=", 1)
    return name, value


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", default="/run/containerd/containerd.sock", metavar="PATH")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name, function, *positional):
        added = verbs.add_parser(name, help=function.__doc__)
        added.set_defaults(function=function)
        for argument in positional:
            added.add_argument(argument)
        return added

    verb("status", status)
    pod = verb("run-pod", run_pod, "name")
    pod.add_argument("--publish", action="append", default=[], type=port_pair, metavar="HOSTPORT:PORT")
    pod.add_argument("--annotation", action="append", default=[], type=setting, metavar="NAME=VALUE")
    pod.add_argument("--host-network", action="store_true")
    pod.add_argument("--sysctl", action="append", default=[], type=setting, metavar="NAME=VALUE")
    container = verb("run", run, "pod", "name", "image")
    container.add_argument("command", nargs=argparse.REMAINDER)
    verb("stop-pod", stop_pod, "pod")
    verb("remove-pod", remove_pod, "pod")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        options.function(Runtime(options.socket), options)
    except CRIError as error:
        sys.exit(f"cri.py: {error}")


if __name__ == "__main__":
    main()
