extension NetworkMap {
    /// The picture as a page that stands alone.
    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Container networks</title>
        <style>
        body { margin: 0; padding: 16px; background: #ffffff; overflow-x: auto }
        svg { display: block; margin: 0 auto }
        @media (prefers-color-scheme: dark) { body { background: #0d1117 } }
        </style>
        \(svg)</html>

        """
    }
}
