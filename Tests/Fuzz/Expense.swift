import CLibFuzzer
import Foundation

/// The processor time and the memory of one input, and their limits.
///
/// Allocations are counted only with AddressSanitizer.
enum Expense {
    /// 64 MB.
    private static let mostMemory = 64 << 20
    /// A tick is a tenth of a second of processor time, so a busy machine makes no input slow.
    private static let mostTicks = 10

    nonisolated(unsafe) private static var isRunning = false
    nonisolated(unsafe) private static var ticks = 0
    nonisolated(unsafe) private static var memory = 0
    nonisolated(unsafe) private static var peak = 0

    nonisolated(unsafe) private(set) static var inputs = 0
    /// The most of any input, in bytes.
    nonisolated(unsafe) private(set) static var greatestPeak = 0
    /// The most of any input, in seconds.
    nonisolated(unsafe) private(set) static var longest = 0.0

    /// Begins to watch.
    static func watch() {
        watch_memory({ _, size in Expense.allocate(size) }, { place in Expense.release(place) })
        signal(SIGPROF) { _ in Expense.tick() }
        // Swift's traps on ARM, of which libFuzzer does not know.
        signal(SIGTRAP) { _ in abort() }
        let tick = timeval(tv_sec: 0, tv_usec: 100_000)
        var timer = itimerval(it_interval: tick, it_value: tick)
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    }

    static func measure(_ body: () -> Void) {
        (ticks, memory, peak) = (0, 0, 0)
        let start = processorTime()
        isRunning = true
        body()
        isRunning = false
        longest = max(longest, processorTime() - start)
        greatestPeak = max(greatestPeak, peak)
        inputs += 1
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func allocate(_ size: Int) {
        memory += size
        guard isRunning, memory > peak else { return }
        peak = memory
        if memory > mostMemory { refuse("takes more than 64 MB\n") }
    }

    private static func release(_ place: UnsafeRawPointer?) {
        if isRunning, let place { memory -= allocated_size(place) }
    }

    private static func tick() {
        guard isRunning else { return }
        ticks += 1
        if ticks >= mostTicks { refuse("takes more than a second\n") }
    }

    /// Also called by a signal's handler and within `malloc`, so it must not allocate.
    private static func refuse(_ complaint: StaticString) {
        isRunning = false
        for text in ["evenkeel-fuzz: an input " as StaticString, complaint] {
            write(2, text.utf8Start, text.utf8CodeUnitCount)
        }
        abort()
    }
}
