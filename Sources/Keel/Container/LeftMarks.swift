import LinuxSystem

// What a run leaves in a container for later ones: the mark, and the words of its wish.

extension ContainerRun {
    /// The mark that the run leaves; nil if it leaves none, or has seen it there.
    func newMark(after look: borrowing Look) -> Mark? {
        guard look.snapshot.canHoldMarks else { return nil }
        switch occasion {
        case .start(let mark), .arrival(let mark, _): return look.snapshot.marks.contains(mark) ? nil : mark
        case .review, .demand, .change: return look.snapshot.mark?.isKept == true ? nil : .kept
        case .check, .detachment: return nil
        }
    }

    /// Leaves the mark where nothing else is done.
    func leaveMark(after look: borrowing Look, in container: inout Container, _ warn: Warn) {
        rememberWish(in: container, warn)
        guard let mark = newMark(after: look) else { return }
        do { try container.leave(mark) } catch { warn(error.description, .other) }
    }

    /// Has later runs look after the container again, and go by its new wish.
    func replaceMarks(_ look: borrowing Look, _ container: inout Container, _ warn: Warn) {
        let mark = (look.snapshot.mark ?? .kept).withoutSkip
        var wanted = mark
        if case .demand(let wish) = occasion, wish != .asBefore { wanted = mark.wishing(wish != .none) }
        let others = look.snapshot.marks.filter { $0 != wanted && ($0.isSkipped || $0.isWish != wanted.isWish) }
        guard look.snapshot.canHoldMarks, !others.isEmpty || wanted.isWish else { return }
        do { try container.leave(wanted, replacing: others) } catch { warn(error.description, .other) }
    }

    /// Writes down the words of a wish that is new. A rootless engine's user has no place for them that root would believe.
    func rememberWish(in container: borrowing Container, _ warn: Warn) {
        guard occasion.isStart || occasion.isDemand, let words = policy.defaultRoute.newWords else { return }
        do throws(KernelError) { try RememberedWish.write(words, of: container) } catch {
            if UserNamespace.outerUser() == nil { warn(error.description, .other) }
        }
    }
}

extension Policy.DefaultRoute {
    mutating func take(_ wish: ContainerRun.Wish) {
        switch wish {
        case .asBefore: break
        case .prefer(let preferences): (prefer, isPreferenceOwn) = (preferences, true)
        case .none: (isChoiceForgotten, isChoiceWithdrawn) = (true, true)
        }
    }

    /// Takes what an earlier run wrote down for the container's own wish, unless the host locks that or this run knows better.
    mutating func recall(_ words: () -> [Preference]) {
        if isChoiceForgotten || isPreferenceOwn { return }
        let words = words()
        if !words.isEmpty { (prefer, isPreferenceOwn, isWishRecalled) = (words, true, true) }
    }

    /// The words of a wish that nobody has written down yet; nil if there is nothing to be written.
    var newWords: [Preference]? { hasOwnPreference && !isWishRecalled ? prefer : nil }
}
