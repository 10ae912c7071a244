/// What a picture is made of, in pixels from its upper left corner.
struct Drawing {
    var width = 0
    var height = 0
    var boxes: [Box] = []
    var wires: [Wire] = []
    var dots: [Dot] = []
    var labels: [Label] = []

    struct Frame: Hashable {
        var x: Int
        var y: Int
        var width: Int
        var height: Int

        var right: Int { x + width }
        var bottom: Int { y + height }
    }

    struct Box {
        enum Kind: String {
            case host
            case bridge
            case network
            case container
        }

        var frame: Frame
        var kind: Kind
        /// The hue of the network it stands for.
        var hue: Int?
    }

    /// A straight line, horizontal or vertical.
    struct Wire {
        enum Kind: String {
            /// The default way out.
            case taken
            case unsafe
            case standby
            case plain
        }

        var from: (x: Int, y: Int)
        var to: (x: Int, y: Int)
        var kind: Kind
        var hue: Int?
        /// Whether an arrow's head is at its end.
        var isArrow = false
    }

    struct Dot {
        var x: Int
        var y: Int
        var kind: Wire.Kind
        var hue: Int?
    }

    struct Label {
        enum Style: String, CaseIterable {
            case title
            case name
            case muted
            case code
            case quietCode = "quiet code"
            case alarm
            case good
            case strong
            case warning

            var face: Typeface {
                switch self {
                case .title, .name, .alarm, .strong, .good, .warning: .semibold
                case .muted: .regular
                case .code, .quietCode: .monospaced
                }
            }

            var size: Int {
                switch self {
                case .title: 18
                case .name: 13
                default: 12
                }
            }
        }

        /// What is seen.
        var text: String
        /// The whole text if `text` is a part of it.
        var whole: String?
        var style: Style
        /// Where it begins, or ends if `isAtEnd`.
        var x: Int
        var baseline: Int
        var isAtEnd = false
        var hue: Int?

        init(_ whole: String, _ style: Style, x: Int, baseline: Int, most: Int = 44, hue: Int? = nil) {
            text = whole.shortened(to: most)
            self.whole = text == whole ? nil : whole
            self.style = style
            self.x = x
            self.baseline = baseline
            self.hue = hue
        }

        var width: Int { style.face.width(of: text, size: style.size) }

        /// The room it takes, from the height of its capitals to its descenders.
        var frame: Frame {
            Frame(
                x: isAtEnd ? x - width : x, y: baseline - style.size * 95 / 100, width: width,
                height: style.size * 125 / 100)
        }
    }

    /// Moves what is drawn so far.
    mutating func shift(x: Int, y: Int) {
        for place in boxes.indices {
            boxes[place].frame.x += x
            boxes[place].frame.y += y
        }
        for place in wires.indices {
            wires[place].from = (wires[place].from.x + x, wires[place].from.y + y)
            wires[place].to = (wires[place].to.x + x, wires[place].to.y + y)
        }
        for place in dots.indices { (dots[place].x, dots[place].y) = (dots[place].x + x, dots[place].y + y) }
        for place in labels.indices {
            labels[place].x += x
            labels[place].baseline += y
        }
    }

    mutating func add(_ other: Drawing, x: Int, y: Int) {
        var moved = other
        moved.shift(x: x, y: y)
        boxes += moved.boxes
        wires += moved.wires
        dots += moved.dots
        labels += moved.labels
    }
}
