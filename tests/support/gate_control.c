/* gate_control.c - unit tests that are wrong on purpose, for tests/support/gate_test.sh: which one
 * is compiled in is said with -D. Each must turn the gate red, though Criterion alone is green. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <criterion/criterion.h>

#if defined(CONTROL_FINE)
Test(control, fine)
{
    cr_expect(1);
}
#elif defined(CONTROL_LEAKS)
static void *volatile kept;

Test(control, leaks)
{
    kept = malloc(100);
    cr_expect(kept != NULL);
    kept = NULL;
}
#elif defined(CONTROL_EXITS_EARLY)
Test(control, fine)
{
    cr_expect(1);
}

/* The whole run ends with 0 before a test is reported. */
static void __attribute__((constructor)) leave(void)
{
    syscall(SYS_exit_group, 0);
}
#elif defined(CONTROL_TEST_EXITS)
Test(control, leaves_before_its_assertion)
{
    exit(0);
    cr_assert(0);
}
#elif defined(CONTROL_FAILS)
Test(control, fails)
{
    cr_expect(0);
}
#elif defined(CONTROL_UNDEFINED)
static volatile int big = 0x7fffffff;

Test(control, overflows)
{
    big = big + 1;
    cr_expect(1);
}
#elif defined(CONTROL_HANGS)
Test(control, hangs)
{
    for (volatile int i = 0;; i = 1)
        ;
}
#elif !defined(CONTROL_NONE)
#error "say which control"
#endif
