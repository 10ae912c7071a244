// Swift's static library asks for hypotf, though nothing here calls it. It is the only function of glibc 2.35 that the command line
// would need; with this one in its place glibc 2.34 is enough.
#include <math.h>

#if defined(__GLIBC__)
// Squares of floats neither overflow nor vanish as doubles. C wants an infinity to win over what is no number.
float hypotf(float x, float y) {
    if (__builtin_isinf(x) || __builtin_isinf(y)) return __builtin_inff();
    // An instruction: a call would need libm in every program.
    return (float)__builtin_elementwise_sqrt((double)x * x + (double)y * y);
}
#endif
