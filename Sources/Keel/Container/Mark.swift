/// What a run leaves in a container's kernel for later ones: that the container has passed through, and what it wishes.
///
/// The number is the metric of a route that no packet takes (`MarkRoute.swift`):
///
///     bit 0        kept: made safe, or nothing had to be made safe yet
///     bit 1        skip: to be left alone
///     bits 2-4     defaultRoute.mode          1 distinct, 2 one, 3 ranked, 4 keep
///     bits 5-6     rpFilter                   1 loose, 2 relax, 3 keep
///     bits 7-9     invalid.mode               1 drop, 2 input, 3 liberal, 4 keep
///     bits 10-11   defaultRoute.sourceRules   1 true, 2 false
///     bits 12-13   invalid.forward            1 true, 2 false
///     bits 14-15   defaultRoute.learn         1 all, 2 bridges, 3 none
///     bit 16       wish: it prefers default routes; its words are in /run/evenkeel/wishes (`RememberedWish.swift`)
///
/// 0 says nothing of a setting: the host's policy counts. The larger number is the more cautious one, and one that has no meaning
/// yet stands for the most cautious.
public struct Mark: Hashable, Sendable {
    public let metric: UInt32

    public init(metric: UInt32) { self.metric = metric }

    public static let kept = Mark(metric: 1 << 0)
    public static let skip = Mark(metric: 1 << 1)
    static let wish = Mark(metric: 1 << 16)

    /// The mark of a container that is kept, with what its policy says otherwise than the host's.
    public init(_ policy: Policy, besides host: Policy) {
        metric =
            Self.kept.metric
            | Self.mode.bits(policy.defaultRoute.mode, besides: host.defaultRoute.mode)
            | Self.rpFilter.bits(policy.rpFilter, besides: host.rpFilter)
            | Self.invalidMode.bits(policy.invalid.mode, besides: host.invalid.mode)
            | Self.sourceRules.bits(policy.defaultRoute.sourceRules, besides: host.defaultRoute.sourceRules)
            | Self.forward.bits(policy.invalid.forward, besides: host.invalid.forward)
            | (policy.defaultRoute.hasOwnPreference ? Self.wish.metric : 0)
            | Self.learn.bits(policy.defaultRoute.learn, besides: host.defaultRoute.learn)
    }

    public var isKept: Bool { metric & Self.kept.metric != 0 }
    public var isSkipped: Bool { metric & Self.skip.metric != 0 }
    var isWish: Bool { metric & Self.wish.metric != 0 }

    // Each is nil if the mark says nothing of it.
    public var mode: Policy.DefaultRoute.Mode? { Self.mode.value(in: metric) }
    public var rpFilter: Policy.ReversePathFilter? { Self.rpFilter.value(in: metric) }
    public var invalidMode: Policy.Invalid.Mode? { Self.invalidMode.value(in: metric) }
    public var sourceRules: Bool? { Self.sourceRules.value(in: metric) }
    public var forward: Bool? { Self.forward.value(in: metric) }
    public var learn: Policy.DefaultRoute.Learn? { Self.learn.value(in: metric) }

    /// Whether it says of learning what a policy does not say, more cautiously.
    func isMoreCautious(than learn: Policy.DefaultRoute.Learn) -> Bool {
        metric & Self.learn.mask > Self.learn.bits(learn)
    }

    /// What two marks of one namespace say together: of each setting the more cautious. An opt-out is not forgotten.
    func combined(with other: Mark) -> Mark {
        let flags = Self.kept.metric | Self.skip.metric | Self.wish.metric
        var both = (metric | other.metric) & flags
        for mask in [
            Self.mode.mask, Self.rpFilter.mask, Self.invalidMode.mask, Self.sourceRules.mask, Self.forward.mask,
            Self.learn.mask,
        ] {
            both |= max(metric & mask, other.metric & mask)
        }
        return Mark(metric: both)
    }

    /// The mark of the same container once a person has named it: kept, with its other wishes.
    var withoutSkip: Mark { Mark(metric: metric & ~Self.skip.metric | Self.kept.metric) }

    /// The mark of the same container with another wish for a default route, or with none.
    func wishing(_ isWish: Bool) -> Mark {
        Mark(metric: isWish ? metric | Self.wish.metric : metric & ~Self.wish.metric)
    }
}

extension Mark {
    /// Where a setting stands, and what its numbers mean, from 1 on.
    private struct Setting<Value: Equatable> {
        let shift: UInt32
        let mask: UInt32
        let values: [Value]

        init(_ bits: ClosedRange<UInt32>, _ values: [Value]) {
            shift = bits.lowerBound
            mask = (1 << (bits.upperBound + 1)) - (1 << bits.lowerBound)
            self.values = values
        }

        func value(in metric: UInt32) -> Value? {
            let number = Int((metric & mask) >> shift)
            return number == 0 ? nil : values[min(number, values.count) - 1]
        }

        /// 0 if the host says the same.
        func bits(_ value: Value, besides host: Value) -> UInt32 {
            value == host ? 0 : bits(value)
        }

        func bits(_ value: Value) -> UInt32 {
            guard let place = values.firstIndex(of: value) else { return 0 }
            return UInt32(place + 1) << shift
        }
    }

    private static var mode: Setting<Policy.DefaultRoute.Mode> { Setting(2...4, [.distinct, .one, .ranked, .keep]) }
    private static var rpFilter: Setting<Policy.ReversePathFilter> { Setting(5...6, [.loose, .relax, .keep]) }
    private static var invalidMode: Setting<Policy.Invalid.Mode> { Setting(7...9, [.drop, .input, .liberal, .keep]) }
    private static var sourceRules: Setting<Bool> { Setting(10...11, [true, false]) }
    private static var forward: Setting<Bool> { Setting(12...13, [true, false]) }
    private static var learn: Setting<Policy.DefaultRoute.Learn> { Setting(14...15, [.all, .bridges, .nothing]) }
}
