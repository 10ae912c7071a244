import CLinux
import Foundation
import Testing

/// CLinux has it in place of the C library's.
@Suite struct HypotfTests {
    @Test func itIsTheLengthOfTheDiagonal() {
        #expect(hypotf(3, -4) == 5)
        #expect(hypotf(0, -0.0) == 0)
        #expect(hypotf(3e38, 3e38) == .infinity)
        #expect(hypotf(1e30, 1e30) == Float(2.squareRoot() * Double(Float(1e30))))
        #expect(hypotf(Float.leastNonzeroMagnitude, 0) == Float.leastNonzeroMagnitude)
        #expect(hypotf(-.infinity, .nan) == .infinity)
        #expect(hypotf(1, .nan).isNaN)
    }
}
