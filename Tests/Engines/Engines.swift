import Laboratory
import Testing

/// One engine at a time: what is measured is loss, and a busy machine loses packets by itself.
@Suite(.serialized, .enabled(if: Podman.version != nil, "needs podman"))
enum Engines {}

/// The podman that the tests run.
enum Podman {
    /// Its major version; nil if there is none.
    static let version: Int? = EngineSandbox.version(of: "podman").first
}
