# Makefile - builds dwrc, the runtime, the rule tables and the tests; `make help` says what there is.
#
# Everything that is made stands in $B (build); only the rule tables are written into generated/,
# which is committed so that a change of a rule can be reviewed as the rows it becomes.
# `make B=somewhere` is the same build in another folder: that is all `make san`, `make tsan` and
# `make clang` are.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

B      ?= build
ifeq ($(origin CC),default)
CC     := gcc
endif
AR     ?= ar
FLEX   ?= flex
BISON  ?= bison
PYTHON ?= python3
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g

# --- flags ---

WARN := -Wall -Wextra -Wpedantic -Wshadow -Werror
ifeq ($(SANITIZE),)
# Debian's compiler adds none of these by itself. A sanitizer build checks the same and more.
HARDEN  := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
LHARDEN := -Wl,-z,relro,-z,now,-z,noexecstack
ifneq ($(filter x86_64% i686%,$(shell $(CC) -dumpmachine)),)
HARDEN  += -fcf-protection
endif
else
HARDEN  := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
LHARDEN := -fsanitize=$(SANITIZE)
endif

# One set of objects serves the static and the shared library. Without semantic interposition
# position-independent code costs nothing measurable.
PIC := -fPIC -fno-semantic-interposition -fvisibility=hidden

DWR_CPPFLAGS = -D_POSIX_C_SOURCE=200809L -Iruntime -I$B/grammar -MMD -MP $(CPPFLAGS)
DWR_CFLAGS   = -std=c17 $(WARN) $(HARDEN) $(PIC) $(CFLAGS)
DWR_LDFLAGS  = $(LHARDEN) $(LDFLAGS)
COMPILE      = @mkdir -p $(@D) && echo "  cc      $@" && \
               $(CC) $(DWR_CPPFLAGS) $(DWR_CFLAGS)

# --- sources, by wildcard ---

CORE_SRC     := $(sort $(wildcard runtime/core/*.c))
RUNTIME_SRC  := $(sort $(filter-out runtime/dwr_main.c runtime/dwr_cjson.c,$(wildcard runtime/*.c)))
CJSON_SRC    := $(wildcard runtime/dwr_cjson.c)
COMPILER_SRC := $(sort $(filter-out compiler/dwrc.c,$(wildcard compiler/*.c)))
UNIT_SRC     := $(sort $(wildcard tests/unit/*.c))
RULE_FILES   := $(sort $(wildcard rules/*.dwr rules/*/*.dwr))

objects = $(patsubst %.c,$B/%.o,$(1))

LIB_OBJ      := $(call objects,$(CORE_SRC) $(RUNTIME_SRC))
GRAMMAR_OBJ  := $(if $(wildcard grammar/rules.y),$B/grammar/rules.tab.o $B/grammar/rules.lex.o)
COMPILER_OBJ := $(call objects,$(COMPILER_SRC)) $(GRAMMAR_OBJ)

# The rule set's name is the base name of the files dwrc writes.
RULESET := $(shell cat /dev/null $(RULE_FILES) | sed -n 's/^ruleset *"\([^"]*\)".*/\1/p' | head -n 1)
RULESET := $(or $(RULESET),rules)

PROGRAMS := $(if $(wildcard compiler/dwrc.c),$B/dwrc) \
            $(if $(wildcard runtime/dwr_main.c),$(if $(RULE_FILES),$B/dwr))
LIBRARIES := $B/libdwr.a $B/libdwr.so $(if $(CJSON_SRC),$B/libdwr_cjson.a)

.PHONY: all
all: $(LIBRARIES) $(PROGRAMS)

# --- compiling ---

$B/%.o: %.c
	$(COMPILE) -c $< -o $@

# flex's and bison's own code gets the same warnings as ours, but for those that their skeletons
# earn; the actions and prologues are ours.
$B/grammar/rules.lex.o: WARN += -Wno-sign-compare -Wno-unused-function
$B/grammar/%.o: $B/grammar/%.c
	$(COMPILE) -Icompiler -Igrammar -c $< -o $@

$B/grammar/rules.tab.c $B/grammar/rules.tab.h &: grammar/rules.y
	@mkdir -p $(@D)
	@echo "  bison   $<"
	@$(BISON) -Wall -Wcounterexamples -Werror -o $B/grammar/rules.tab.c \
	    --header=$B/grammar/rules.tab.h $<

# -CF and -CFe read past a table on some bytes; -Cfe does not and is as fast.
$B/grammar/rules.lex.c $B/grammar/rules.lex.h &: grammar/rules.l
	@mkdir -p $(@D)
	@echo "  flex    $<"
	@$(FLEX) -Cfe -o $B/grammar/rules.lex.c --header-file=$B/grammar/rules.lex.h $<

$(call objects,$(wildcard compiler/*.c)): DWR_CPPFLAGS += -Icompiler
$B/grammar/rules.tab.o: $B/grammar/rules.lex.h
$B/grammar/rules.lex.o: $B/grammar/rules.tab.h
$(call objects,$(wildcard compiler/*.c) $(UNIT_SRC)): | $(if $(GRAMMAR_OBJ),$B/grammar/rules.tab.h $B/grammar/rules.lex.h)

# --- libraries and programs ---

$B/libdwr.a: $(LIB_OBJ)
	@mkdir -p $(@D)
	@echo "  ar      $@"
	@rm -f $@ && $(AR) rcs $@ $^

$B/libdwr.so: $(LIB_OBJ)
	@mkdir -p $(@D)
	@echo "  ld      $@"
	@$(CC) -shared -Wl,-soname,libdwr.so.0 $(DWR_LDFLAGS) -o $@ $^

$B/libdwr_cjson.a: $(call objects,$(CJSON_SRC))
	@mkdir -p $(@D)
	@echo "  ar      $@"
	@rm -f $@ && $(AR) rcs $@ $^

$B/libdwrc.a: $(COMPILER_OBJ)
	@mkdir -p $(@D)
	@echo "  ar      $@"
	@rm -f $@ && $(AR) rcs $@ $^

$B/dwrc: $B/compiler/dwrc.o $B/libdwrc.a $B/libdwr.a
	@echo "  ld      $@"
	@$(CC) $(DWR_LDFLAGS) -o $@ $^ -lcjson -lxxhash

# dwrc writes a file only when its content changes, so a stamp says when it last ran.
$B/generated.stamp: $(RULE_FILES) $B/dwrc $(if $(wildcard generated/$(RULESET).c),,missing)
	@echo "  dwrc    rules"
	@$B/dwrc compile rules -o generated
	@touch $@
.PHONY: missing
missing: ;

$B/generated/$(RULESET).o: $B/generated.stamp
	$(COMPILE) -c generated/$(RULESET).c -o $@

$B/dwr: $B/runtime/dwr_main.o $B/generated/$(RULESET).o $B/libdwr.a
	@echo "  ld      $@"
	@$(CC) $(DWR_LDFLAGS) -o $@ $^

$B/runtime/dwr_main.o: $B/generated.stamp
$B/runtime/dwr_main.o: DWR_CPPFLAGS += -Igenerated

# --- tests ---

# Criterion binary: every tests/unit/test_*.c, with the whole of dwrc (but its main) and libdwr.
$B/unit: $(call objects,$(UNIT_SRC)) $(if $(COMPILER_OBJ),$B/libdwrc.a) $B/libdwr.a
	@echo "  ld      $@"
	@$(CC) $(DWR_LDFLAGS) -o $@ $^ -lcriterion -lcjson -lxxhash -lm
$(call objects,$(UNIT_SRC)): DWR_CPPFLAGS += -Icompiler -I.

.PHONY: check
check: all $(if $(UNIT_SRC),$B/unit)
	$(if $(UNIT_SRC),$B/unit --timeout 60)

.PHONY: clean
clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)
