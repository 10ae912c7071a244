import DockerEngine
import JSON
import LinuxSystem

/// Listens to Docker, and keeps what it tells. Nothing here waits: a Docker that does not answer costs an open connection.
final class DockerListener {
    /// What has become known since.
    enum News: Equatable {
        case networks
        /// All of them.
        case containers
        case container(String)
        /// Docker does not answer, or ended; nothing is known any more.
        case lost(KernelError)
    }

    /// A question that has yet to be asked.
    private struct Question {
        let request: DockerRequest
        /// When the event came, and what the answer is to show; nil if any will do.
        let since: UInt64
        var awaited: (network: String, isConnected: Bool)?
        var tries = 0

        /// When to ask for the next time.
        var time: UInt64 { since + DockerListener.delays[min(tries, DockerListener.delays.count - 1)] }
    }

    private var networks: [DockerNetwork]?
    private var containers: [DockerContainer]?
    private var events: DockerExchange?
    private var exchange: (question: Question, exchange: DockerExchange)?
    private var questions: [Question] = []
    /// When to connect again, and how long the wait after the next failure is; nanoseconds.
    private var connectDue: UInt64?
    private var pause = shortestPause
    /// Whether somebody was told that Docker does not answer.
    private var isSilenceTold = false

    /// On a running container Docker's list lags behind its events: it is asked again so long after one; nanoseconds.
    private static let delays: [UInt64] = [0, 2, 5, 10, 20, 50, 100].map { $0 * 1_000_000 }
    private static let (shortestPause, longestPause) = (Clock.second, 60 * Clock.second)
    /// Of more containers all are asked for at once.
    private static let mostQuestions = 32
    /// How much is read before others have their turn.
    private static let mostReads = 16

    /// Nil until Docker has answered.
    var knowledge: DockerKnowledge? {
        guard let networks, let containers else { return nil }
        var knowledge = DockerKnowledge()
        knowledge.networks = networks
        knowledge.containers = containers
        return knowledge
    }

    /// What to poll for.
    var descriptors: [Int32] {
        [events?.number, exchange?.exchange.number].compactMap { $0 }
    }

    /// When something is due without anything to read; nil if nothing is.
    var deadline: UInt64? {
        var due: [UInt64] = []
        if let connectDue { due.append(connectDue) }
        if let events, !events.reply.isBegun, !isSilenceTold { due.append(events.since + DockerSocket.patience) }
        if let exchange {
            due.append(exchange.exchange.since + DockerSocket.patience)
        } else if let next = questions.map({ $0.time }).min() {
            due.append(next)
        }
        return due.min()
    }

    /// Connects if it is not connected and something is there. Not before a pause is over.
    func look(at now: UInt64) {
        if events == nil && connectDue == nil && DockerSocket.isThere { connectDue = now }
    }

    /// Connects if it is not connected, and asks for everything again if that is wished.
    func resync(at now: UInt64, isThorough: Bool) {
        if events?.reply.isBegun != true { look(at: now) } else if isThorough { askForAll(now) }
    }

    /// Reads and asks what there is to.
    func attend(at now: UInt64) -> [News] {
        var news: [News] = []
        do throws(KernelError) {
            try connect(now)
            try listen(now, &news)
            try takeAnswer(now, &news)
            try ask(now)
        } catch {
            let isKnown = knowledge != nil
            hangUp(now)
            if isKnown || !isSilenceTold { news.append(.lost(error)) }
            isSilenceTold = true
        }
        return news
    }

    private func hangUp(_ now: UInt64) {
        (events, exchange, questions) = (nil, nil, [])
        (networks, containers) = (nil, nil)
        connectDue = now + pause
        pause = min(2 * pause, Self.longestPause)
    }

    private func connect(_ now: UInt64) throws(KernelError) {
        guard let due = connectDue, due <= now, events == nil else { return }
        connectDue = nil
        // Gone: a name that appears, or the next look, tells when it is there again.
        guard DockerSocket.isThere else { return }
        events = try DockerExchange(.events, at: now)
    }

    private func listen(_ now: UInt64, _ news: inout [News]) throws(KernelError) {
        guard let events else { return }
        let wasBegun = events.reply.isBegun
        for _ in 0..<Self.mostReads where try !events.receive() { break }
        if !wasBegun && events.reply.isBegun { askForAll(now) }
        while events.reply.isBegun, let line = events.reply.takeLine() { take(try Self.event(line), now) }
        if events.isOver { throw KernelError("listen to Docker", .connectionReset, explanation: "it has ended") }
        // A Docker that starts takes its time, and one that is stopped for ever; the connection stays.
        if !events.reply.isBegun && !isSilenceTold && events.since + DockerSocket.patience <= now {
            isSilenceTold = true
            news.append(.lost(KernelError("ask \(DockerSocket.path)", .timedOut)))
        }
    }

    private static func event(_ line: [UInt8]) throws(KernelError) -> DockerEvent? {
        do { return try DockerEvent(parsing: line) } catch { throw DockerReply.fault(error.description) }
    }

    private func askForAll(_ now: UInt64) {
        questions = [Question(request: .networks, since: now), Question(request: .containers, since: now)]
    }

    private func take(_ event: DockerEvent?, _ now: UInt64) {
        switch event {
        case .started(let container): put(Question(request: .container(container), since: now))
        case .connected(let container, let network):
            put(Question(request: .container(container), since: now, awaited: (network, true)))
        case .disconnected(let container, let network):
            put(Question(request: .container(container), since: now, awaited: (network, false)))
        case .networksChanged: put(Question(request: .networks, since: now))
        case nil: break
        }
    }

    /// The newest about a container counts.
    private func put(_ question: Question) {
        questions.removeAll { $0.request == question.request }
        if questions.count >= Self.mostQuestions && questions.contains(where: { $0.request == .containers }) {
            return
        }
        questions.append(question)
        guard questions.count > Self.mostQuestions else { return }
        questions = [
            Question(request: .networks, since: question.since), Question(request: .containers, since: question.since),
        ]
    }

    private func ask(_ now: UInt64) throws(KernelError) {
        guard exchange == nil, let place = questions.firstIndex(where: { $0.time <= now }) else { return }
        let question = questions.remove(at: place)
        exchange = (question, try DockerExchange(question.request, at: now))
    }

    private func takeAnswer(_ now: UInt64, _ news: inout [News]) throws(KernelError) {
        guard let (question, exchange) = exchange else { return }
        for _ in 0..<Self.mostReads where try !exchange.receive() { break }
        guard exchange.isOver else {
            guard now < exchange.since + DockerSocket.patience else {
                throw KernelError("ask \(DockerSocket.path)", .timedOut)
            }
            return
        }
        self.exchange = nil
        guard exchange.reply.isBegun else { throw DockerReply.fault("it has hung up") }
        let wasKnown = knowledge != nil
        do throws(JSONError) { try take(exchange.reply.body, question, &news) } catch {
            throw DockerReply.fault(error.description)
        }
        guard knowledge != nil else { return }
        (pause, isSilenceTold) = (Self.shortestPause, false)
        if !wasKnown { news = [.networks, .containers] }
    }

    private func take(_ body: [UInt8], _ question: Question, _ news: inout [News]) throws(JSONError) {
        switch question.request {
        case .networks:
            let list = try DockerNetwork.list(parsing: body)
            if list != networks { news.append(.networks) }
            networks = list
        case .containers:
            let list = try DockerContainer.list(parsing: body)
            if list != containers { news.append(.containers) }
            containers = list
        case .container(let id):
            let found = try DockerContainer.list(parsing: body).first { $0.id == id }
            let before = containers?.first { $0.id == id }
            if found != before {
                containers?.removeAll { $0.id == id }
                if let found { containers?.append(found) }
            }
            // An event may have told what is in the list already, and its container may wait for a look.
            news.append(.container(id))
            askAgain(question, found)
        case .events: break
        }
    }

    /// The list may not show yet what its event told. A newer event about the container has its own question.
    private func askAgain(_ question: Question, _ found: DockerContainer?) {
        guard let awaited = question.awaited, question.tries + 1 < Self.delays.count,
            !questions.contains(where: { $0.request == question.request })
        else { return }
        let isConnected = found?.endpoints.contains { $0.networkID == awaited.network } ?? false
        if isConnected == awaited.isConnected { return }
        var again = question
        again.tries += 1
        questions.append(again)
    }
}
