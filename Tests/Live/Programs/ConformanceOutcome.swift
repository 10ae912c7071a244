import Foundation

/// What came of a run.
struct ConformanceOutcome {
    let status: Int
    let out: String
    let err: String

    /// What is not as the case asks; empty if all is.
    func problems(of asked: ConformanceCase) -> [String] {
        switch asked.answer {
        case .success(let words): successProblems(of: asked) + told(words)
        case .error(let code, let words): errorProblems(of: asked, code, words)
        }
    }

    private func successProblems(of asked: ConformanceCase) -> [String] {
        guard status == 0 else { return ["it ended with \(status): \(out)\(err)"] }
        switch asked.verb {
        case .version: return versionProblems(of: asked)
        case .add:
            guard let printed = asked.printed, Self.compact(out) != Self.compact(printed) else { return [] }
            return ["it printed\n    \(Self.compact(out)) instead of\n    \(Self.compact(printed))"]
        case .delete, .check, .collectGarbage, .status: return out.isEmpty ? [] : ["it printed \(out)"]
        }
    }

    private func versionProblems(of asked: ConformanceCase) -> [String] {
        let answer = Self.object(out)
        let requested = Self.object(asked.input)?["cniVersion"] as? String ?? "1.1.0"
        // Empty stands for the first version there was.
        let expected: NSDictionary = [
            "cniVersion": requested.isEmpty ? "0.1.0" : requested, "supportedVersions": Verb.spoken,
        ]
        return expected.isEqual(answer) ? [] : ["it printed \(out)"]
    }

    /// An error is for the runtime and for people: whole on standard output, a line on standard error.
    private func errorProblems(of asked: ConformanceCase, _ code: Int, _ words: [String]) -> [String] {
        var problems = status == 1 ? [] : ["it ended with \(status)"]
        guard let error = Self.object(out) else { return problems + ["it printed no object: \(out)\(err)"] }
        if Set(error.keys) != ["cniVersion", "code", "msg", "details"] {
            problems.append("its members are \(error.keys.sorted().joined(separator: ", "))")
        }
        let requested = Self.object(asked.input)?["cniVersion"] as? String ?? ""
        let version = Verb.spoken.contains(requested) ? requested : "1.1.0"
        if error["cniVersion"] as? String != version { problems.append("cniVersion is not \(version)") }
        if error["code"] as? Int != code { problems.append("code is not \(code)") }
        let (message, details) = (error["msg"] as? String ?? "", error["details"] as? String ?? "")
        if message.isEmpty { problems.append("there is no msg") }
        if details.isEmpty { problems.append("there are no details") }
        problems += words.filter { !(message + details).contains($0) }.map { "\($0) is not named" }
        return (problems + told([])).map { "\($0): \(Self.compact(out))" }
    }

    /// Whether the words are on standard error; if there are none, just a line of ours for an error.
    private func told(_ words: [String]) -> [String] {
        let lines = err.split(separator: "\n")
        if status == 0 && words.isEmpty { return [] }
        guard lines.contains(where: { $0.hasPrefix("evenkeel: ") }) else { return ["standard error has no line of it"] }
        return words.filter { !err.contains($0) }.map { "\($0) is not named on standard error: \(err)" }
    }

    private static func object(_ text: String) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
    }

    /// The text without the white space between its tokens.
    private static func compact(_ text: String) -> String {
        var (isInString, isEscaped) = (false, false)
        return String(
            text.unicodeScalars.filter { scalar in
                defer {
                    if scalar == "\"" && !isEscaped { isInString.toggle() }
                    isEscaped = scalar == "\\" && !isEscaped
                }
                return isInString || !" \n\t\r".unicodeScalars.contains(scalar)
            }.map(Character.init))
    }
}
