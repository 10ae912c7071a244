// The hot path's modules, asked the same questions in whatever build this is: a line an answer. Tests/Shipped compares the
// build that is shipped with the one that all other tests run in.

for answer in answers() { print(answer) }
