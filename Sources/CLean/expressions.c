// In place of libnftnl's list of all its forty expressions, each of which brings functions to parse and to print it: 60 KB.
// These are the ones our rules are made of (Sources/Firewall/Expression.swift). The linker takes this function from here,
// and so does not look for it in libnftnl.a (src/expr_ops.c).
#include "lean.h"

#include <stddef.h>
#include <string.h>

struct expr_ops;
extern struct expr_ops expr_ops_bitwise, expr_ops_cmp, expr_ops_counter, expr_ops_ct, expr_ops_immediate, expr_ops_lookup,
    expr_ops_meta, expr_ops_payload, expr_ops_socket;

struct expr_ops *nftnl_expr_ops_lookup(const char *type);

static const struct {
    const char *type;
    struct expr_ops *operations;
} expressions[] = {
    // The most frequent first.
    {"cmp", &expr_ops_cmp}, {"meta", &expr_ops_meta}, {"payload", &expr_ops_payload},
    {"bitwise", &expr_ops_bitwise}, {"ct", &expr_ops_ct}, {"counter", &expr_ops_counter},
    {"immediate", &expr_ops_immediate}, {"lookup", &expr_ops_lookup}, {"socket", &expr_ops_socket},
};

struct expr_ops *nftnl_expr_ops_lookup(const char *type) {
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++)
        if (strcmp(expressions[i].type, type) == 0) return expressions[i].operations;
    return NULL;
}
