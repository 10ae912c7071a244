/// What every program prints about itself.
public enum Product {
    /// By semver.org. .ci/check-style compares it with the newest heading of .github/CHANGELOG.md.
    public static let version = "0.2.0"
}
