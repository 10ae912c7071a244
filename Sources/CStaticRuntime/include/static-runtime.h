// Declares nothing: the standard library, libnftnl and Sources/Netlink call this module's functions by their C names. They replace
// functions that would make the hot path's programs larger or slower, or that cannot be linked statically. Only for the Embedded
// build.
#pragma once
