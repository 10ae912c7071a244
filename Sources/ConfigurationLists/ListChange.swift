import JSON

/// The change to a list.
package struct ListChange: Equatable {
    /// The new text; nil if nothing changes.
    package let text: [UInt8]?
    /// In words: `added to`, and in `proposed` `would add to`; for an unchanged list `already has it`.
    package let done: String
    package let proposed: String
    package var notes: [String] = []

    package static func unchanged(_ why: String, notes: [String] = []) -> ListChange {
        ListChange(text: nil, done: why, proposed: why, notes: notes)
    }
}

extension ConfigurationList {
    /// Adds our plugin at the end of the chain.
    package func adding(prefer: Bool) throws(Refusal) -> ListChange {
        try requireFitness()
        var change = try ours.isEmpty ? appending(prefer: prefer) : keeping(prefer: prefer)
        let newer = newerVersions()
        if !newer.isEmpty {
            change.notes.append(
                "cniVersions names \(newer.joined(separator: ", ")), which evenkeel does not support; a runtime that "
                    + "chooses it cannot start containers")
        }
        return change
    }

    private func appending(prefer: Bool) throws(Refusal) -> ListChange {
        let layout = Layout(of: self)
        var entry: [JSON.Member] = [.init("type", .string(Self.ourType))]
        if prefer { entry.append(.init("prefer", .boolean(true))) }
        let end = array.elements.last?.range.upperBound ?? array.range.lowerBound
        let edit = Edit(end..<end, layout.separator + layout.object(entry))
        let expected = plugins.map { $0.value } + [.object(entry)]
        return ListChange(text: try applying([edit], plugins: expected), done: "added to", proposed: "would add to")
    }

    /// The chain already has it: adds the preference if asked for.
    private func keeping(prefer: Bool) throws(Refusal) -> ListChange {
        let ours = ours
        var notes: [String] = []
        if ours.count > 1 {
            notes.append("it has the plugin \(ours.count) times; `evenkeel cni remove` removes all of them")
        } else if plugins.count == 1 {
            notes.append(
                "it is the only plugin, so there is no network to make safe; put it after the plugin that makes one")
        } else if ours != [plugins.count - 1] {
            notes.append("it is not the last of \"plugins\"; move it after those that set up routes")
        }
        let lacking = ours.filter { plugins[$0].value["prefer"] != .boolean(true) }
        guard prefer, !lacking.isEmpty else { return .unchanged("already has it", notes: notes) }
        var expected = plugins.map { $0.value }
        for index in lacking { expected[index] = expected[index].setting("prefer", to: .boolean(true)) }
        let text = try applying(lacking.map { preferring(plugins[$0]) }, plugins: expected)
        return ListChange(
            text: text, done: "added \"prefer\": true to", proposed: "would add \"prefer\": true to", notes: notes)
    }

    private func preferring(_ plugin: Plugin) -> Edit {
        if let present = plugin.span["prefer"] { return Edit(present.range, "true") }
        let end = plugin.span.members.last?.value.range.upperBound ?? plugin.span.range.lowerBound
        let layout = ObjectLayout(of: plugin.span, in: text)
        return Edit(end..<end, layout.separator + layout.member(.init("prefer", .boolean(true))))
    }

    /// Removes our plugin.
    package func removing() throws(Refusal) -> ListChange {
        let ours = ours
        guard !ours.isEmpty else { return .unchanged("does not have it") }
        let others = plugins.indices.filter { plugins[$0].type != Self.ourType }
        guard let first = others.first else {
            throw Refusal("evenkeel is its only plugin, and an empty list is invalid; remove the file with its network")
        }
        // Removes what `adding` inserted: from the end of the plugin before. If none is before it, up to the next
        // plugin.
        let edits = ours.map { index in
            let (before, own, after) = (index - 1, plugins[index].span.range, index + 1)
            return index < first
                ? Edit(own.lowerBound..<plugins[after].span.range.lowerBound, "")
                : Edit(plugins[before].span.range.upperBound..<own.upperBound, "")
        }
        return ListChange(
            text: try applying(edits, plugins: others.map { plugins[$0].value }), done: "removed from",
            proposed: "would remove from",
            notes: ours.count > 1 ? ["it had the plugin \(ours.count) times"] : [])
    }
}

extension ConfigurationList {
    /// The text after edits that are in order and do not overlap. Checks that the result is the same list with those
    /// plugins: a mistake would keep every container from starting.
    private func applying(_ edits: [Edit], plugins: [JSON]) throws(Refusal) -> [UInt8] {
        let result = text.applying(edits)
        let parsed: JSON?
        do { parsed = try JSON(parsing: result) } catch { parsed = nil }
        guard parsed == value.setting("plugins", to: .array(plugins)) else {
            throw Refusal("its layout is not understood; edit it by hand")
        }
        return result
    }
}

extension JSON {
    /// The object with that member replaced in place, or added at the end.
    fileprivate func setting(_ name: String, to value: JSON) -> JSON {
        guard let members else { return self }
        let new = Member(name, value)
        guard self[name] != nil else { return .object(members + [new]) }
        return .object(members.map { $0.name == name ? new : $0 })
    }
}
