// Nothing is called from here: these are functions that the standard library, libnftnl and Sources/Netlink call, in
// place of others' that would make the hot path's programs larger or slower, or that cannot be linked statically. For the
// Embedded build alone.
#pragma once
