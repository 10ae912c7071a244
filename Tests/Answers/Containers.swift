import Discovery

/// What names of bind mounts and of control groups tell of containers.
func containers() -> [String] {
    let id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    let names = [
        "netns-1", "netns-", "netns-\u{301}", "netns", "cni-1", "cni-\u{301}", "cni\u{301}-1", "rootless-netns",
        "rootless-netns-5c1b2a", "rootless-netns\u{301}", "blue", "0123456789ab", "0123456789a\u{301}", "é23456789ab",
        "",
    ]
    let groups = [
        "0::/machine.slice/libpod-\(id).scope/container", "0::/docker/\(id)", "0::/kubepods/burstable/\(id)",
        "0::/kubepods.slice/cri-containerd-\(id).scope", "0::/é/crio-\(id)\u{301}.scope", "0::/\(id)0", "0::/", "", id,
    ]
    return names.map { name in
        let owners = (BindMount.ownerInRunNetns(name), BindMount.ownerInDocker(name))
        return answer("bind mount \(name)", "\(said(owners.0)), \(said(owners.1))")
    }
        + groups.map { group in
            let container = ContainerID.inCgroup(group)
            return answer("group \(group)", container.map { "\($0.engine?.rawValue ?? "?") \($0.shortID)" } ?? "none")
        }
        + ["web", "we", "web\u{301}", id, "0123", "012", "0123\u{301}", "é", ""].map { text in
            answer("called \(text)", "\(ContainerIdentity(id: id, name: "web").isCalled(text))")
        }
}

private func said(_ owner: BindMount.Owner) -> String {
    switch owner {
    case .container(let evidence, let engine): "container of \(evidence) \(engine?.rawValue ?? "?")"
    case .rootlessNetwork: "rootless network"
    case .unknown: "unknown"
    }
}
