// Nothing is called from here: these are functions that the standard library and libnftnl call, in place of their own, so
// that what the hot path does not use stays out of its programs. For the Embedded build alone.
#pragma once
