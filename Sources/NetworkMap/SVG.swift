extension NetworkMap {
    /// The picture as SVG 1.1 with a style of its own: it needs no font, script or image from elsewhere. Its text is text.
    public var svg: String { SVG(Layout(self).drawing).text }
}

/// Writes a drawing as SVG.
struct SVG {
    private(set) var text = ""
    /// The networks take turns with these.
    static let hues = 6

    init(_ drawing: Drawing) {
        let (width, height) = (drawing.width, drawing.height)
        text = """
            <svg xmlns="http://www.w3.org/2000/svg" class="evenkeel" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">
            <title>Container networks</title>
            <style>
            \(Style.sheet)
            </style>
            <rect class="sheet" width="\(width)" height="\(height)" rx="10"/>

            """
        for box in drawing.boxes { put(box) }
        // The important lines lie above the others.
        for kind in [Drawing.Wire.Kind.plain, .standby, .taken, .unsafe] {
            for wire in drawing.wires where wire.kind == kind { put(wire) }
        }
        for dot in drawing.dots { put(dot) }
        for label in drawing.labels { put(label) }
        text += "</svg>\n"
    }

    private func hue(_ hue: Int?) -> String { hue.map { " h\($0 % Self.hues)" } ?? "" }

    private mutating func put(_ box: Drawing.Box) {
        let frame = box.frame
        text += """
            <rect class="\(box.kind.rawValue)\(hue(box.hue))" x="\(frame.x)" y="\(frame.y)" width="\(frame.width)" \
            height="\(frame.height)" rx="8"/>

            """
    }

    private mutating func put(_ wire: Drawing.Wire) {
        let (from, to) = (wire.from, wire.to)
        text += """
            <path class="wire \(wire.kind.rawValue)\(hue(wire.hue))" d="M\(from.x) \(from.y)\
            \(from.y == to.y ? "H\(to.x)" : "V\(to.y)")"/>

            """
        guard wire.isArrow else { return }
        text += "<path class=\"head\" d=\"M\(to.x - 8) \(to.y)l11 -7v14z\"/>\n"
    }

    private mutating func put(_ dot: Drawing.Dot) {
        text +=
            "<circle class=\"dot \(dot.kind.rawValue)\(hue(dot.hue))\" cx=\"\(dot.x)\" cy=\"\(dot.y)\" r=\"3.5\"/>\n"
    }

    private mutating func put(_ label: Drawing.Label) {
        let classes = "\(label.style.rawValue)\(hue(label.hue))\(label.isAtEnd ? " end" : "")"
        let whole = label.whole.map { "<title>\($0.escapedForXML)</title>" } ?? ""
        text += """
            <text class="\(classes)" x="\(label.x)" y="\(label.baseline)">\(whole)\(label.text.escapedForXML)</text>

            """
    }
}
