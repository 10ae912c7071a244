import Laboratory
import Testing

extension Engines {
    /// `evenkeel report` over a real container that has secrets.
    @Suite struct ReportTests {
        @Test(arguments: PodmanHost.Backend.known)
        func noSecretAndNoNameIsInIt(backend: PodmanHost.Backend) throws {
            let host = try PodmanHost(backend)
            let said = try host.run(
                """
                mkdir -p /root/.docker /etc/containers; token() { echo "hunter2-$1"; }
                echo '{"auths":{"registry.example":{"auth":"'$(token registry)'"}}}' >/root/.docker/config.json
                list=/etc/cni/net.d/n2.conflist
                if [[ -e $list ]]; then
                    jq '.plugins[0].password = "'$(token list)'"' $list >/root/list
                    cp /root/list $list
                fi
                podman run -d --name shop-of-acme --network n1,n2 --env TOKEN=$(token environment) \\
                    --annotation dev.example.token=$(token annotation) --label token=$(token label) \\
                    localhost/busybox sh -c 'sleep 1000; : '$(token argument) >/dev/null
                id=$(podman inspect -f '{{.Id}}' shop-of-acme)
                cd /root; evenkeel report plain.tar 2>/dev/null; evenkeel report --redact covered.tar 2>covered.txt
                mkdir plain covered; tar -xf plain.tar -C plain; tar -xf covered.tar -C covered; mv covered.txt covered
                # What is looked for is really there, and is in the host's own account of the container.
                podman inspect shop-of-acme | grep -c hunter2 | sed 's/^[1-9].*/planted/'
                grep -rl hunter2 plain covered || :
                for each in shop-of-acme "$id" "${id::12}" "$(hostname)"; do
                    grep -rqwF -- "$each" plain && echo seen || :
                    ! grep -rlwF -- "$each" covered || echo "left: $each"
                done
                ! grep -rlE '10\\.89\\.|fd00:89:' covered || echo left
                jq -r '.containers[].title' covered/evenkeel-report/status.json
                """)
            let lines = said.split(separator: "\n").map(String.init)
            #expect(
                lines.first == "planted" && !lines.contains { $0.hasPrefix("left") || $0.hasPrefix("plain") }, "\(said)"
            )
            #expect(lines.filter { $0 == "seen" }.count >= 2, "\(said)")
            #expect(lines.last?.hasPrefix("container") == true, "\(said)")
        }
    }
}
