#!/usr/bin/python3
"""Runs the pod of a DaemonSet on this host as a kubelet would: by CRI, from the manifest alone.

The objects come from standard input, as a JSON array. What the manifest says and this does not know is an error.
"""

import argparse
import json
import os
import re
import sys
import time

from cri import SCHEMA, CRIError, Runtime

# Further messages and fields of cri-api's api.proto.
SCHEMA.messages["PodSandboxConfig"]["linux"] = (8, "LinuxPodSandboxConfig")
SCHEMA.messages.update(
    {
        "LinuxPodSandboxConfig": {"security_context": (2, "LinuxSandboxSecurityContext")},
        "LinuxSandboxSecurityContext": {
            "namespace_options": (1, "NamespaceOption"),
            "run_as_user": (3, "Int64Value"),
            "seccomp": (9, "SecurityProfile"),
        },
        "NamespaceOption": {"network": (1, "int32"), "pid": (2, "int32")},
        "Int64Value": {"value": (1, "int64")},
        "SecurityProfile": {"profile_type": (1, "int32")},
        "ContainerConfig": {
            "metadata": (1, "ContainerMetadata"),
            "image": (2, "ImageSpec"),
            "args": (4, ["string"]),
            "mounts": (7, ["Mount"]),
            "log_path": (11, "string"),
            "linux": (15, "LinuxContainerConfig"),
        },
        "Mount": {
            "container_path": (1, "string"),
            "host_path": (2, "string"),
            "readonly": (3, "bool"),
            "propagation": (5, "int32"),
        },
        "LinuxContainerConfig": {
            "resources": (1, "LinuxContainerResources"),
            "security_context": (2, "LinuxContainerSecurityContext"),
        },
        "LinuxContainerResources": {"memory_limit_in_bytes": (4, "int64")},
        "LinuxContainerSecurityContext": {
            "capabilities": (1, "Capability"),
            "namespace_options": (3, "NamespaceOption"),
            "run_as_user": (5, "Int64Value"),
            "readonly_rootfs": (7, "bool"),
            "no_new_privs": (11, "bool"),
            "masked_paths": (13, ["string"]),
            "readonly_paths": (14, ["string"]),
            "seccomp": (15, "SecurityProfile"),
            "apparmor": (16, "SecurityProfile"),
        },
        "Capability": {"add_capabilities": (1, ["string"]), "drop_capabilities": (2, ["string"])},
        "ContainerStatusRequest": {"container_id": (1, "string")},
        "ContainerStatusResponse": {"status": (1, "ContainerStatus")},
        "ContainerStatus": {"state": (3, "int32"), "exit_code": (7, "int32")},
        "ExecSyncRequest": {"container_id": (1, "string"), "cmd": (2, ["string"]), "timeout": (3, "int64")},
        "ExecSyncResponse": {"stdout": (1, "string"), "stderr": (2, "string"), "exit_code": (3, "int32")},
        "StopContainerRequest": {"container_id": (1, "string"), "timeout": (2, "int64")},
        "StopContainerResponse": {},
    }
)
NODE, POD = 2, 0
EXITED = 2
PROFILES = {"RuntimeDefault": 0, "Unconfined": 1}
PROPAGATIONS = {None: 0, "HostToContainer": 1, "Bidirectional": 2}
LOGS = "/run/pod-logs"

# What a kubelet tells a runtime of /proc for a container that is not privileged.
MASKED = ["/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
          "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
          "/sys/devices/virtual/powercap"]  # fmt: skip
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


def taken(values, *known):
    """the members of those names, of which nothing may be left over"""
    unknown = set(values) - set(known)
    if unknown:
        raise CRIError(f"this does not know {sorted(unknown)}")
    return [values.get(name) for name in known]


class Pod:
    """A pod of a DaemonSet's template."""

    def __init__(self, runtime, daemon_set):
        self.runtime = runtime
        self.spec = daemon_set["spec"]["template"]["spec"]
        self.security = self.spec["securityContext"]
        self.namespaces = {"network": NODE if self.spec.get("hostNetwork") else POD,
                           "pid": NODE if self.spec.get("hostPID") else 1}  # fmt: skip
        self.config = {
            "metadata": {"name": daemon_set["metadata"]["name"], "uid": "1", "namespace": "evenkeel"},
            "log_directory": LOGS,
            "linux": {"security_context": {"namespace_options": self.namespaces}},
        }
        self.id = None
        self.containers = {}

    def start(self):
        self.make_directories()
        self.id = self.runtime.call("RunPodSandbox", config=self.config)["pod_sandbox_id"]
        for container in self.spec["initContainers"]:
            self.start_container(container)
            self.wait(container["name"])
        for container in self.spec["containers"]:
            self.start_container(container)

    def make_directories(self):
        for volume in self.spec["volumes"]:
            path, kind = taken(volume["hostPath"], "path", "type")
            if kind == "DirectoryOrCreate":
                os.makedirs(path, 0o755, exist_ok=True)
            elif kind != "Directory" or not os.path.isdir(path):
                raise CRIError(f"{path} is no directory")

    def start_container(self, container):
        name, image, _, args, security, resources, mounts, *_ = taken(
            container, "name", "image", "imagePullPolicy", "args", "securityContext", "resources", "volumeMounts",
            "startupProbe", "readinessProbe", "livenessProbe")  # fmt: skip
        config = {
            "metadata": {"name": name},
            "image": {"image": image},
            "args": args,
            "mounts": [self.mount(**mount) for mount in mounts or []],
            "log_path": f"{name}.log",
            "linux": {"resources": self.resources(resources or {}), "security_context": self.context(security)},
        }
        self.containers[name] = self.runtime.call(
            "CreateContainer", pod_sandbox_id=self.id, config=config, sandbox_config=self.config
        )["container_id"]
        self.runtime.call("StartContainer", container_id=self.containers[name])

    def mount(self, name, mountPath, mountPropagation=None, readOnly=False):
        (path,) = [volume["hostPath"]["path"] for volume in self.spec["volumes"] if volume["name"] == name]
        return {
            "container_path": mountPath,
            "host_path": path,
            "readonly": readOnly,
            "propagation": PROPAGATIONS[mountPropagation],
        }

    def resources(self, resources):
        limits, _ = taken(resources, "limits", "requests")
        (memory,) = taken(limits or {}, "memory")
        number, unit = re.fullmatch(r"(\d+)(Mi)", memory).groups() if memory else (0, None)
        return {"memory_limit_in_bytes": int(number) << 20} if memory else {}

    def context(self, security):
        escalation, read_only, capabilities, apparmor = taken(
            security, "allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities", "appArmorProfile")  # fmt: skip
        user, _, seccomp, _ = taken(self.security, "runAsUser", "runAsGroup", "seccompProfile", "seLinuxOptions")
        add, drop = taken(capabilities, "add", "drop")
        context = {
            "capabilities": {"add_capabilities": add or [], "drop_capabilities": drop or []},
            "namespace_options": self.namespaces,
            "run_as_user": {"value": user},
            "readonly_rootfs": read_only,
            "no_new_privs": not escalation,
            "masked_paths": MASKED,
            "readonly_paths": READ_ONLY,
            "seccomp": {"profile_type": PROFILES[seccomp["type"]]},
        }
        # Otherwise it is the runtime's choice.
        if apparmor:
            context["apparmor"] = {"profile_type": PROFILES[apparmor["type"]]}
        return context

    def wait(self, name):
        """for an init container, which must succeed"""
        for _ in range(400):
            status = self.runtime.call("ContainerStatus", container_id=self.containers[name])["status"]
            if status["state"] == EXITED:
                break
            time.sleep(0.05)
        else:
            raise CRIError(f"{name} does not end")
        if status["exit_code"] != 0:
            raise CRIError(f"{name} ended with {status['exit_code']}")

    def probe(self, kind):
        """what each container's probe of that kind answers"""
        for container in self.spec["containers"]:
            if kind not in container:
                continue
            command = container[kind]["exec"]["command"]
            timeout = container[kind]["timeoutSeconds"]
            answer = self.runtime.call(
                "ExecSync", container_id=self.containers[container["name"]], cmd=command, timeout=timeout
            )
            if answer["exit_code"] != 0:
                raise CRIError(f"{container['name']}: {kind}: {answer}")

    def await_start(self):
        for attempt in range(100):
            try:
                return self.probe("startupProbe")
            except CRIError:
                if attempt == 99:
                    raise
                time.sleep(0.1)

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"id": self.id, "containers": self.containers}, file)

    def load(self, path):
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
        self.id, self.containers = state["id"], state["containers"]

    def stop(self):
        """with the grace that the manifest gives; prints each container's exit status"""
        grace = self.spec["terminationGracePeriodSeconds"]
        for container in self.spec["containers"]:
            id = self.containers[container["name"]]
            self.runtime.call("StopContainer", container_id=id, timeout=grace)
            status = self.runtime.call("ContainerStatus", container_id=id)["status"]
            print(f"{container['name']} {status['exit_code']}")
        self.runtime.call("StopPodSandbox", pod_sandbox_id=self.id)
        self.runtime.call("RemovePodSandbox", pod_sandbox_id=self.id)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", default="/run/containerd/containerd.sock", metavar="PATH")
    parser.add_argument("--state", default="/run/kubelet.json", metavar="FILE", help="what is remembered of the pod")
    parser.add_argument("verb", choices=["start", "probe", "stop"])
    options = parser.parse_args()
    (daemon_set,) = [each for each in json.load(sys.stdin) if each["kind"] == "DaemonSet"]
    pod = Pod(Runtime(options.socket), daemon_set)
    try:
        if options.verb == "start":
            try:
                pod.start()
                pod.await_start()
            finally:
                pod.save(options.state)
        else:
            pod.load(options.state)
            if options.verb == "stop":
                pod.stop()
            else:
                for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
                    pod.probe(kind)
    except CRIError as error:
        sys.exit(f"kubelet.py: {error}")


if __name__ == "__main__":
    main()
