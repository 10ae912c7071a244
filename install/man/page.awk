# Makes a manual page, man(7), of what a program prints for --help. Variables: page, section, date, product, see (other pages), and
# abstract for programs whose help has none.

function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/…/, "...", text)
    gsub(/~/, "\\(ti", text)
    gsub(/\^/, "\\(ha", text)
    return text
}

# Text that is filled: what stands in backquotes is bold.
function prose(text,    parts, count, i, whole) {
    count = split(escaped(text), parts, "`")
    whole = parts[1]
    for (i = 2; i <= count; i++) whole = whole (i % 2 == 0 && i < count ? "\\fB" : i % 2 ? "\\fR" : "`") parts[i]
    return guarded(whole)
}

# As it stands, for people who copy it.
function literal(text) {
    text = escaped(text)
    gsub(/'/, "\\(aq", text)
    gsub(/`/, "\\(ga", text)
    return guarded(text)
}

# A line that begins with a dot or an apostrophe would be a request.
function guarded(text) { return text ~ /^[.']/ ? "\\\\&" text : text }

function add(part, line) { body[part] = body[part] line "\n" }

function leave() {
    if (mode == "code") add(part, ".fi\n.RE")
    if (mode == "list") add(part, ".PD")
    mode = ""
}

function heading(name) {
    leave()
    part = name
    if (!(part in body)) { order[++parts] = part; body[part] = "" }
    fresh = 1
}

function paragraph(text) {
    if (mode == "code" || mode == "list") { leave(); fresh = 0; add(part, ".PP") }
    else if (mode == "" && !fresh) add(part, ".PP")
    mode = "text"
    fresh = 0
    add(part, prose(text))
}

# An option or command and what it does.
function item(name, text) {
    if (mode != "list") leave()
    mode = "list"
    fresh = 0
    add(part, ".TP\n\\fB" literal(name) "\\fR")
    if (text != "") add(part, prose(text))
}

function code(text) {
    if (mode != "code") {
        leave()
        add(part, ".RS 4\n.nf")
    }
    mode = "code"
    fresh = 0
    add(part, literal(text))
}

# Two columns, or the name alone and the text in the next line.
function listed(line,    at) {
    sub(/^ +/, "", line)
    at = match(line, /  +/)
    if (at) item(substr(line, 1, at - 1), substr(line, at + RLENGTH))
    else item(line, "")
}

BEGIN { heading("DESCRIPTION") }

/^OVERVIEW: / && !abstract { abstract = substr($0, 11); next }
/^USAGE: / || /^usage: / { inSynopsis = 1; synopsis = substr($0, 8); next }
inSynopsis && /^ +[^ ]/ { sub(/^ +/, "    "); synopsis = synopsis "\n" $0; next }
{ inSynopsis = 0 }

/^OPTIONS:$/ || /^ARGUMENTS:$/ { heading("OPTIONS"); table = 1; next }
/^SUBCOMMANDS:$/ { heading("COMMANDS"); table = 1; next }
/^  See '/ { next }
/^[A-Z][A-Z' ]+$/ { heading($0); table = 0; next }
/^Exit status: / { heading("EXIT STATUS"); paragraph(substr($0, 14)); next }

/^$/ { if (mode == "text" || mode == "code") leave(); next }

# Of the command line's tables, and of the other programs' lists of options and commands.
table && /^          / { sub(/^ +/, ""); add(part, prose($0)); next }
table && /^  / { listed($0); next }
/^  -/ || (/^  [a-z]+  / && plain) { listed($0); next }
# A list in running text.
/^  / && length($0) > 120 { sub(/^ +/, ""); add(part, ".PP\n" prose($0)); mode = "text"; fresh = 0; next }
/^  / { sub(/^  /, ""); code($0); next }
/:$/ { paragraph($0); next }
{ paragraph($0) }

END {
    leave()
    printf ".\\\" Made by install/man.sh of what %s prints.\n", page
    printf ".TH %s %s %s \"%s\" \"System Administration\"\n", toupper(page), section, date, product
    print ".nh\n.ad l"
    sub(/\.$/, "", abstract)
    printf ".SH NAME\n%s \\- %s\n", page, prose(tolower(substr(abstract, 1, 1)) substr(abstract, 2))
    if (synopsis != "") {
        count = split(synopsis, lines, "\n")
        print ".SH SYNOPSIS\n.nf"
        for (i = 1; i <= count; i++) print literal(lines[i])
        print ".fi"
    }
    for (i = 1; i <= parts; i++) if (order[i] == "DESCRIPTION" && body[order[i]] != "") show(order[i])
    for (i = 1; i <= parts; i++) if (order[i] ~ /^(OPTIONS|COMMANDS)$/) show(order[i])
    for (i = 1; i <= parts; i++) if (order[i] !~ /^(DESCRIPTION|OPTIONS|COMMANDS)$/) show(order[i])
    printf ".SH SEE ALSO\n%s\n", see
}

function show(name) { printf ".SH %s\n%s", name, body[name] }
