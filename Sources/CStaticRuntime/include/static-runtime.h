// Declares nothing: the standard library, libnftnl and Sources/Netlink call this module's functions by name. They replace others
// that would make the hot path's programs larger or slower, or cannot be linked statically. Only for the Embedded build.
#pragma once
