/// The scripts that make a `ContainerdHost` of a sandbox.
enum ContainerdScript {
    /// Where the client for pods is put.
    static let client = "/usr/local/lib/cri"

    /// Notes each call beside Evenkeel's and passes on what it is given. It comes before Evenkeel in a list, so that of
    /// an ADD or a DEL the first is before, and the other after, Evenkeel has succeeded.
    private static let recorder = #"""
        #!/bin/bash
        configuration=$(cat)
        jq -c '{command: $ENV.CNI_COMMAND, namespace: $ENV.CNI_NETNS, hasResult: has("prevResult")}' \
            <<<"$configuration" >>/run/calls
        case $CNI_COMMAND in
        ADD) jq .prevResult <<<"$configuration" ;;
        VERSION) echo '{"cniVersion": "1.0.0", "supportedVersions": ["0.3.1", "0.4.0", "1.0.0"]}' ;;
        esac
        """#

    /// $networks lists, with Evenkeel last in each if $guarded is not empty. containerd 1.7 has NRI switched off by default, and 2 has
    /// it on.
    static let configure = """
        mkdir -p /etc/containerd /opt/cni/bin /etc/cni/net.d
        cp /usr/lib/cni/* /opt/cni/bin
        cat >/opt/cni/bin/recorder <<'EOF'
        \(recorder)
        EOF
        chmod +x /opt/cni/bin/recorder
        for n in $(seq "$networks"); do
            jq -n --arg n "$n" --arg guarded "$guarded" '{cniVersion: "1.0.0", name: "n\\($n)", plugins: [
                {type: "bridge", bridge: "cni\\($n)", isGateway: true, ipMasq: true, hairpinMode: true,
                 ipam: {type: "host-local", routes: [{dst: "0.0.0.0/0"}, {dst: "::/0"}],
                        ranges: [[{subnet: "10.89.\\($n).0/24"}], [{subnet: "fd00:89:\\($n)::/64"}]]}},
                {type: "portmap", capabilities: {portMappings: true}},
                ([{type: "recorder"}, {type: "evenkeel"}] | select($guarded != "") | .[])
            ]}' >/etc/cni/net.d/$n.conflist
        done
        # portmap makes these if they are not there; two at once, as the CRI runs the lists, and one of them fails.
        for chain in CNI-HOSTPORT-SETMARK CNI-HOSTPORT-MASQ CNI-HOSTPORT-DNAT; do
            iptables -t nat -N $chain; ip6tables -t nat -N $chain
        done
        cat >/etc/containerd/config.toml <<EOF
        version = 2
        [plugins."io.containerd.grpc.v1.cri"]
        sandbox_image = "localhost/busybox:latest"
        restrict_oom_score_adj = true
        [plugins."io.containerd.grpc.v1.cri".cni]
        max_conf_num = $networks
        bin_dir = "/opt/cni/bin"
        [plugins."io.containerd.nri.v1.nri"]
        disable = ${pluggable:-true}
        EOF

        """

    /// Its own client needs the image in its default namespace, the CRI in that of Kubernetes.
    static let daemon = """
        setsid containerd </dev/null >/root/containerd.log 2>&1 &
        podman save --quiet --format docker-archive -o /root/image.tar localhost/busybox
        until [[ -S /run/containerd/containerd.sock ]]; do sleep 0.05; done
        for namespace in default k8s.io; do ctr -n $namespace image import /root/image.tar >/dev/null; done
        for _ in {1..100}; do /usr/bin/python3 \(client)/cri.py status 2>/root/status && exit; sleep 0.1; done
        cat /root/status /root/containerd.log >&2
        exit 1
        """

    static let functions = #"""
        cri() { /usr/bin/python3 \#(client)/cri.py "$@"; }

        # start NAME OPTION...: a pod that filters reverse paths strictly, with a container of the same name.
        start() {
            local annotations
            mkdir -p /run/pods /run/members
            cri run-pod "$1" --sysctl net.ipv4.conf.all.rp_filter=1 "${@:2}" >"/run/pods/$1"
            # A kubelet tells the pod's annotations again.
            mapfile -t annotations < <(printf '%s\n' "${@:2}" | grep -xA1 -e --annotation | grep -vx -e --)
            cri run "${annotations[@]}" "$(</run/pods/"$1")" "$1" localhost/busybox:latest /bin/sh -c "$program" >"/run/members/$1"
        }

        show() { cat "/proc/$(process "$1")/root$2"; }

        process() { ctr -n k8s.io task ls | awk -v id="$(</run/members/"$1")" '$1 == id { print $2 }'; }

        """#
}
