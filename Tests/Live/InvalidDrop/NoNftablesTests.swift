import Laboratory
import Testing

/// A kernel that has netfilter without nf_tables, as one whose modules were left out of an image.
@Suite(.guestKernel) struct NoNftablesTests {
    @Test func whatIsMissingIsSaidByItsName() throws {
        let said = try GuestKernel.run(
            """
            . "$libraries/lab.sh"
            uplink; container c; attach c 1 eth0 5
            modprobe nfnetlink; mount -t tmpfs tmpfs /lib/modules
            cni ADD c eth0 && exit 1
            cni ADD c eth0 '{"invalid":{"mode":"keep"}}' | jq -r .cniVersion
            """, environment: Lab.environment
        ).text
        #expect(said.contains("Not supported (EOPNOTSUPP): this kernel has no nf_tables"))
        #expect(said.hasSuffix("\n1.0.0"))
    }
}
