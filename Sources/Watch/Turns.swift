// Whose turn it is: each namespace that waits for a look has one, however many events it has.

extension Watcher {
    func markDirty(_ entry: Watched, _ now: UInt64) {
        guard !entry.isDirty else { return }
        entry.isDirty = true
        entry.dirtySince = now
        queue.append(entry.id)
    }

    /// The next namespace whose turn it is; nil if none may be looked at now.
    func takeDirty(_ now: UInt64) -> Watched? {
        while next < queue.count {
            guard let entry = namespaces[queue[next]], entry.isDirty else {
                next += 1
                continue
            }
            if let later = entry.looks.take(at: now) {
                next += 1
                entry.isDirty = false
                wake(entry, at: later)
                continue
            }
            guard looks.take(at: now) == nil else { return nil }
            next += 1
            if next > 1024 {
                queue.removeFirst(next)
                next = 0
            }
            return entry
        }
        queue.removeAll(keepingCapacity: true)
        next = 0
        return nil
    }

    /// Looks again at that time, unless that is planned for earlier.
    func wake(_ entry: Watched, at time: UInt64) {
        if entry.wake == nil { waiting.append(entry.id) }
        entry.wake = min(entry.wake ?? .max, time)
    }
}
