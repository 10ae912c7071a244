import Laboratory
import Testing

@Test func aSandboxIsAHostOfItsOwn() throws {
    let sandbox = try Sandbox()
    try sandbox.run("ip netns add x; ip link add br0 type bridge")
    #expect(try sandbox.run("ip -br link").text.contains("br0"))
    #expect(try sandbox.run("ls /run/netns").text == "x")
}
