import Laboratory
import Testing

extension Trait where Self == ConditionTrait {
    /// For a test that needs a kernel of its own.
    static var guestKernel: Self {
        .enabled("user-mode Linux does not start on this machine") { GuestKernel.starts }
    }
}
