/* no_exit.c - a unit test that leaves before its assertions must not pass.
 *
 * Criterion takes a worker that exits with 0 for a test that passed. The unit tests are linked with
 * `--wrap` for these four, so whoever calls one of them inside a test, be it the test or the code
 * under test, aborts instead and the test counts as crashed. */
#include <stdio.h>
#include <stdlib.h>

_Noreturn void __wrap_exit(int code);
_Noreturn void __wrap__exit(int code);
_Noreturn void __wrap__Exit(int code);
_Noreturn void __wrap_quick_exit(int code);

static _Noreturn void refuse(const char *name, int code)
{
    fprintf(stderr, "%s(%d) was called inside a unit test\n", name, code);
    abort();
}

_Noreturn void __wrap_exit(int code)
{
    refuse("exit", code);
}

_Noreturn void __wrap__exit(int code)
{
    refuse("_exit", code);
}

_Noreturn void __wrap__Exit(int code)
{
    refuse("_Exit", code);
}

_Noreturn void __wrap_quick_exit(int code)
{
    refuse("quick_exit", code);
}
