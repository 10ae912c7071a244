/// What every program says of itself.
public enum Product {
    /// As semver.org has it. The newest heading of .github/CHANGELOG.md is the same; .ci/check-style sees to it.
    public static let version = "0.2.0"
}
