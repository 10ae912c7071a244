/// How the picture looks, for readers of light and of dark pages.
enum Style {
    static let sheet = """
        .evenkeel { --sheet: #ffffff; --host: #f3f5f8; --box: #ffffff; --edge: #d1d9e0; --ink: #1f2328; --quiet: #59636e;
          --alarm: #cf222e; --good: #1a7f64; --warn: #8a5a00;
          --h0: #0969da; --h1: #12806a; --h2: #7a4fd0; --h3: #8f6a00; --h4: #0b7285; --h5: #5b6b7c }
        @media (prefers-color-scheme: dark) { .evenkeel { --sheet: #0d1117; --host: #161b22; --box: #1c222b; --edge: #3d444d;
          --ink: #f0f6fc; --quiet: #9da7b3; --alarm: #ff7b72; --good: #3fb68b; --warn: #d9a441;
          --h0: #58a6ff; --h1: #3fb68b; --h2: #b392f0; --h3: #d9b44a; --h4: #4fc3d9; --h5: #9fb0c3 } }
        .evenkeel text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink) }
        .evenkeel .title { font-size: 18px; font-weight: 600 }
        .evenkeel .name { font-size: 13px; font-weight: 600 }
        .evenkeel .strong, .evenkeel .alarm, .evenkeel .good, .evenkeel .warning { font-weight: 600 }
        .evenkeel .code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }
        .evenkeel .muted, .evenkeel .quiet { fill: var(--quiet) }
        .evenkeel .alarm { fill: var(--alarm) } .evenkeel .good { fill: var(--good) } .evenkeel .warning { fill: var(--warn) }
        .evenkeel .end { text-anchor: end }
        .evenkeel .sheet { fill: var(--sheet) }
        .evenkeel .host { fill: var(--host); stroke: var(--edge) }
        .evenkeel .container, .evenkeel .bridge, .evenkeel .network { fill: var(--box); stroke: var(--edge) }
        .evenkeel .h0 { --hue: var(--h0) } .evenkeel .h1 { --hue: var(--h1) } .evenkeel .h2 { --hue: var(--h2) }
        .evenkeel .h3 { --hue: var(--h3) } .evenkeel .h4 { --hue: var(--h4) } .evenkeel .h5 { --hue: var(--h5) }
        .evenkeel .network { stroke: var(--hue); stroke-width: 1.5 }
        .evenkeel text[class*=" h"] { fill: var(--hue) }
        .evenkeel .wire { fill: none; stroke: var(--hue, var(--quiet)); stroke-width: 1.5 }
        .evenkeel .wire.taken { stroke-width: 4 } .evenkeel .wire.standby { stroke-dasharray: 5 4 }
        .evenkeel .wire.unsafe { stroke: var(--alarm); stroke-width: 4 }
        .evenkeel .head { fill: var(--quiet) }
        .evenkeel .dot { fill: var(--hue) } .evenkeel .dot.standby { fill: var(--box); stroke: var(--hue); stroke-width: 1.5 }
        .evenkeel .dot.unsafe { fill: var(--alarm) }
        """
}
