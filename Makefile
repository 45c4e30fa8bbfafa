# Makefile - builds dwrc, the runtime, the rule tables and the tests; `make help` says what there is.
#
# Everything that is made stands in $B (build); only the rule tables are written into generated/,
# which is committed so that a change of a rule can be reviewed as the rows it becomes.
# `make B=somewhere` is the same build in another folder: that is all `make san`, `make tsan` and
# `make clang` are.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

B      ?= build
ifeq ($(origin CC),default)
CC     := gcc
endif
CXX    := $(if $(filter %clang,$(CC)),clang++,g++)
AR     ?= ar
FLEX   ?= flex
BISON  ?= bison
PYTHON ?= python3
NODE   ?= node
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g

VERSION := $(shell sed -n 's/^.define DWR_VERSION "\(.*\)"/\1/p' runtime/dwr.h)
# The part of the version that programs are bound to.
SONAME  := libdwr.so.$(firstword $(subst ., ,$(VERSION)))

# --- flags ---

WARN := -Wall -Wextra -Wpedantic -Wshadow -Werror
ifeq ($(SANITIZE),)
# Debian's compiler adds none of these by itself. A sanitizer build checks the same and more.
HARDEN  := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
ifneq ($(filter x86_64 i686,$(shell uname -m)),)
HARDEN  += -fcf-protection
endif
LHARDEN := -Wl,-z,relro,-z,now,-z,noexecstack
else
HARDEN  := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
LHARDEN := -fsanitize=$(SANITIZE)
endif

# One set of objects serves the static and the shared library. Without semantic interposition
# position-independent code costs nothing measurable.
PIC := -fPIC -fno-semantic-interposition -fvisibility=hidden

# The core in few bytes: nothing unwinds through C, what is vectorised is so by hand, and where jumps,
# loops and functions begin made no measurable difference. (clang does not know the last four.)
CORE_SMALL := -fno-asynchronous-unwind-tables -fno-tree-vectorize
ifeq ($(findstring clang,$(CC)),)
CORE_SMALL += -fno-align-jumps -fno-align-labels -fno-align-functions \
              -fno-align-loops
endif

# What a merge seldom comes to, or where the work is done elsewhere: size before speed.
CORE_SELDOM := request.c list.c scan_names.c decimal.c instant.c unescape.c
# Where most of a merge's time goes. (The narrower paths would not fit the 96 KiB so.)
CORE_OFTEN  := scan_avx2.c scan_avx512.c
core_file    = $(and $(filter runtime/core/%,$<),$(filter $1,$(notdir $<)),$(filter -O2,$(CFLAGS)))
FOR_CORE     = $(if $(call core_file,$(CORE_SELDOM)),-Os)$(if $(call core_file,$(CORE_OFTEN)),-O3)

DWR_CPPFLAGS = -D_XOPEN_SOURCE=700 -Iruntime -I$B/grammar -MMD -MP $(CPPFLAGS)
DWR_CFLAGS   = -std=c17 $(WARN) $(HARDEN) $(PIC) $(CFLAGS)
DWR_LDFLAGS  = $(LHARDEN) $(LDFLAGS)
DWRC_LIBS   := -lcjson -lxxhash -lm
COMPILE      = @mkdir -p $(@D) && echo "  cc      $@" && \
               $(CC) $(DWR_CPPFLAGS) $(DWR_CFLAGS)
ARCHIVE      = @mkdir -p $(@D) && echo "  ar      $@" && rm -f $@ && $(AR) rcs $@
LINK         = @mkdir -p $(@D) && echo "  ld      $@" && $(CC) $(DWR_LDFLAGS)

# --- sources, by wildcard ---

CORE_SRC     := $(sort $(wildcard runtime/core/*.c))
COMPILER_SRC := $(sort $(filter-out compiler/dwrc.c,$(wildcard compiler/*.c compiler/*/*.c)))
UNIT_SRC     := $(sort $(wildcard tests/unit/*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
RULE_FILES   := $(sort $(wildcard rules/*.dwr rules/*/*.dwr))

objects = $(patsubst %.c,$B/%.o,$(1))

LIB_OBJ      := $(call objects,$(CORE_SRC))
GRAMMAR_OBJ  := $B/grammar/rules.tab.o $B/grammar/rules.lex.o
COMPILER_OBJ := $(call objects,$(COMPILER_SRC)) $(GRAMMAR_OBJ) $B/compiler/explain/pages.o
EXPLAIN_MD   := $(sort $(wildcard compiler/explain/DW*.md))

# dwrc names what it writes after the rule set, which has its name from the one `ruleset` statement.
RULESET := $(shell cat /dev/null $(RULE_FILES) | sed -n 's/^ruleset *"\([^"]*\)".*/\1/p' | \
                   head -n 1 | tr -c 'A-Za-z0-9\n' _)

# The folder of that name is there already: `make build` is `make` all the same.
.PHONY: all build
build: all
all: $B/libdwr.a $B/libdwr.so $B/libdwr_cjson.a \
     $(if $(wildcard compiler/dwrc.c),$B/dwrc) $(if $(wildcard runtime/dwr_main.c),$B/dwr)

# --- what the machine must have ---

# Installs what is missing; looks again whenever the list has changed or the build is new.
.PHONY: setup
setup:
	@sh tests/support/setup.sh build check bench

$B/setup.build: tests/support/setup.sh
	@mkdir -p $(@D)
	@sh tests/support/setup.sh build
	@touch $@
$B/setup.check: tests/support/setup.sh | $B/setup.build
	@sh tests/support/setup.sh check bench
	@touch $@

# --- compiling ---

$B/%.o: %.c Makefile | $B/setup.build
	$(COMPILE) $(FOR_CORE) -c $< -o $@

$(LIB_OBJ): DWR_CFLAGS += $(CORE_SMALL)
$(call objects,$(wildcard compiler/*.c compiler/*/*.c)): DWR_CPPFLAGS += -Icompiler
$(call objects,$(wildcard compiler/*.c compiler/*/*.c) $(UNIT_SRC)): | $B/grammar/rules.tab.h $B/grammar/rules.lex.h

# The actions and prologues are ours and get all warnings; the one that is off is what flex's own
# code earns (yy_fatal_error, which ours replaces).
$B/grammar/%.o: $B/grammar/%.c Makefile | $B/setup.build
	$(COMPILE) -Icompiler -Igrammar -c $< -o $@
$B/grammar/rules.lex.o: WARN += -Wno-unused-function
$B/grammar/rules.tab.o: | $B/grammar/rules.lex.h
$B/grammar/rules.lex.o: | $B/grammar/rules.tab.h

$B/grammar/rules.tab.c $B/grammar/rules.tab.h &: grammar/rules.y | $B/setup.build
	@mkdir -p $(@D)
	@echo "  bison   $<"
	@$(BISON) -Wall -Wcounterexamples -Werror -o $B/grammar/rules.tab.c \
	    --header=$B/grammar/rules.tab.h $<

# What the HTML reference carries in it, as lines of C.
$B/doc/%.inc: compiler/doc/%
	@mkdir -p $(@D)
	@sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n",/' $< > $@
$B/compiler/doc/page.o: DWR_CPPFLAGS += -I$B/doc
$B/compiler/doc/page.o: | $B/doc/page.css.inc $B/doc/page.js.inc

# -CF and -CFe read past a table on some bytes; -Cfe does not and is as fast.
$B/grammar/rules.lex.c $B/grammar/rules.lex.h &: grammar/rules.l | $B/setup.build
	@mkdir -p $(@D)
	@echo "  flex    $<"
	@$(FLEX) -Cfe -o $B/grammar/rules.lex.c --header-file=$B/grammar/rules.lex.h $<

# The pages of `dwrc explain`; one that is added or taken away changes the list.
$B/compiler/explain/pages.c: compiler/explain/embed.sh $(EXPLAIN_MD) compiler/explain
	@mkdir -p $(@D)
	@echo "  embed   compiler/explain"
	@sh compiler/explain/embed.sh $(EXPLAIN_MD) > $@
$B/compiler/explain/pages.o: $B/compiler/explain/pages.c Makefile | $B/setup.build
	$(COMPILE) -Icompiler -c $< -o $@

# --- libraries and programs ---

# The runtime with all its inner names, for dwrc, the tests and the measurements.
$B/libdwr_core.a: $(LIB_OBJ)
	$(ARCHIVE) $^

# The one that is installed: a single object whose only global names are those of dwr.h.
$B/libdwr.a: $(LIB_OBJ)
	@mkdir -p $(@D)
	@echo "  ar      $@"
	@$(CC) -r -nostdlib -o $B/libdwr.o $^
	@objcopy --localize-hidden $B/libdwr.o
	@rm -f $@ && $(AR) rcs $@ $B/libdwr.o

$B/libdwr.so: $(LIB_OBJ)
	$(LINK) -shared -Wl,-soname,$(SONAME) -o $@ $^

$B/libdwr_cjson.a: $B/runtime/dwr_cjson.o
	$(ARCHIVE) $^

$B/libdwrc.a: $(COMPILER_OBJ)
	$(ARCHIVE) $^

$B/dwrc: $B/compiler/dwrc.o $B/libdwrc.a $B/runtime/resolve_lines.o $B/libdwr_core.a
	$(LINK) -o $@ $^ $(DWRC_LIBS)

# dwrc writes a file only when its content changes, so a stamp says when it last ran.
GENERATED_THERE := $(and $(wildcard generated/$(RULESET).c),$(wildcard generated/$(RULESET).h))
$B/generated.stamp: $(RULE_FILES) $B/dwrc $(if $(GENERATED_THERE),,generated_is_missing)
	@echo "  dwrc    rules"
	@# Was what came with the sources stale? check-generated asks, where there is no git to tell.
	@[ -e $B/generated.first ] || if $B/dwrc compile --check rules -o generated >/dev/null; \
	    then echo current; else echo stale; fi >$B/generated.first
	@$B/dwrc compile --prove rules -o generated
	@touch $@
.PHONY: generated_is_missing
generated_is_missing: ;

$B/generated/$(RULESET).o: $B/generated.stamp
	$(COMPILE) -c generated/$(RULESET).c -o $@

RULES_DEFINES := -Igenerated -DRULES_HEADER='"$(RULESET).h"' -DRULES_SYMBOL='(&dwr_rules_$(RULESET))'

$B/runtime/dwr_main.o: $B/generated.stamp
$B/runtime/dwr_main.o: DWR_CPPFLAGS += $(RULES_DEFINES)

$B/dwr: $B/runtime/dwr_main.o $B/runtime/resolve_lines.o $B/generated/$(RULESET).o $B/libdwr_core.a
	$(LINK) -o $@ $^

# --- the runtime otherwise: with one code path, and for another machine ---

# $(call variant,FOLDER,COMPILER AND FLAGS): the runtime, the rule tables and tests/ in $B/FOLDER.
define variant
$B/$(1)/%.o: %.c Makefile | $B/setup.check
	@mkdir -p $$(@D) && echo "  cc      $$@"
	@$(2) $$(DWR_CPPFLAGS) $$(FOR_CORE) -c $$< -o $$@
$B/$(1)/generated/$(RULESET).o: $B/generated.stamp | $B/setup.check
	@mkdir -p $$(@D) && echo "  cc      $$@"
	@$(2) $$(DWR_CPPFLAGS) -c generated/$(RULESET).c -o $$@
$B/$(1)/libdwr_core.a: $(patsubst %.c,$B/$(1)/%.o,$(CORE_SRC))
	$$(ARCHIVE) $$^
endef

ARM64_CC := aarch64-linux-gnu-gcc -std=c17 $(WARN) -O2 -g
# Every path that this machine's build has, one at a time.
ONLY := portable $(if $(filter x86_64,$(shell uname -m)),sse2 avx2 avx512) \
        $(if $(filter aarch64,$(shell uname -m)),neon)
UPPER = $(shell echo $(1) | tr a-z A-Z)
$(foreach p,$(ONLY),$(eval $(call variant,only_$(p),$$(CC) $$(DWR_CFLAGS) $$(CORE_SMALL) -DDWR_ONLY_$(call UPPER,$(p)))))
$(eval $(call variant,arm64,$$(ARM64_CC)))

# --- tests ---

# The gate takes the number of tests from here: raise it when tests are added, never lower it.
UNIT_TESTS := $(shell cat tests/unit/COUNT 2>/dev/null || echo 1)
NO_EXIT    := -Wl,--wrap=exit,--wrap=_exit,--wrap=_Exit,--wrap=quick_exit

$(call objects,$(UNIT_SRC)): DWR_CPPFLAGS += -Icompiler -I.
$(call objects,$(UNIT_SRC)): | $B/setup.check
$B/unit: $(call objects,$(UNIT_SRC)) $B/tests/support/no_exit.o $B/libdwrc.a \
         $B/runtime/dwr_cjson.o $B/runtime/resolve_lines.o $B/libdwr_core.a
	$(LINK) $(NO_EXIT) -o $@ $^ -lcriterion $(DWRC_LIBS) -lm

$B/tests/support/%.o: DWR_CPPFLAGS += $(RULES_DEFINES) -Iruntime/core
$B/tests/support/paths.o $B/arm64/tests/support/paths.o $B/tests/support/threads.o: $B/generated.stamp
$B/arm64/tests/support/%.o: DWR_CPPFLAGS += $(RULES_DEFINES) -Iruntime/core
$(foreach p,$(ONLY),$(eval $B/only_$(p)/tests/support/%.o: DWR_CPPFLAGS += $(RULES_DEFINES) -Iruntime/core))
$(foreach p,$(ONLY),$(eval $B/only_$(p)/tests/support/paths.o: $B/generated.stamp))

$B/paths: $B/tests/support/paths.o $B/generated/$(RULESET).o $B/libdwr_core.a
	$(LINK) -o $@ $^
$B/simd_paths: $B/tests/support/simd_paths.o $B/libdwr_core.a
	$(LINK) -o $@ $^
$B/threads: $B/tests/support/threads.o $B/generated/$(RULESET).o $B/libdwr_core.a
	$(LINK) -pthread -o $@ $^
$B/only_%/paths: $B/only_%/tests/support/paths.o $B/only_%/generated/$(RULESET).o $B/only_%/libdwr_core.a
	$(LINK) -o $@ $^
$B/arm64/paths: $B/arm64/tests/support/paths.o $B/arm64/generated/$(RULESET).o $B/arm64/libdwr_core.a
	@echo "  ld      $@" && $(ARM64_CC) -static -o $@ $^
$B/arm64/simd_paths: $B/arm64/tests/support/simd_paths.o $B/arm64/libdwr_core.a
	@echo "  ld      $@" && $(ARM64_CC) -static -o $@ $^

# The standard's own JSON schema, where there is npm and a network; else the table in formats.py is
# what SARIF is compared with, alone.
$B/sarif:
	@mkdir -p $@
	@sh tests/support/sarif_schema.sh $@

# Random merges by the shipped rules, for everything that compares answers.
SEED  ?= 1
LINES ?= 60
$B/lines.jsonl: tests/support/lines.py $(wildcard tests/oracle/*.py) $(RULE_FILES) | $B/setup.check
	@echo "  lines   $@"
	@$(PYTHON) tests/support/lines.py --rules rules --seed $(SEED) --count $(LINES) > $@.tmp
	@mv $@.tmp $@

# Random merges for the laws, random rule sets (of 240 merges) for the comparison with the reference.
LAW_CASES   ?= 24000
ORACLE_SETS ?= 60
# Random rule sets whose missing tests are printed, appended and run.
COVER_SETS  ?= 20

LAW_OBJ := $(call objects,$(wildcard tests/laws/*.c) tests/support/tree.c tests/support/load_rules.c)
$(LAW_OBJ): DWR_CPPFLAGS += -Icompiler
$B/laws: $(LAW_OBJ) $B/libdwrc.a $B/libdwr_core.a
	$(LINK) -o $@ $^ $(DWRC_LIBS) -lm

$B/tests/support/fmt_soup.o $B/tests/support/soup.o: DWR_CPPFLAGS += -Icompiler
$B/tests/support/fmt_soup.o: | $B/setup.check
$B/fmt_soup: $B/tests/support/fmt_soup.o $B/tests/support/soup.o $(filter-out $B/tests/laws/laws.o,$(LAW_OBJ)) \
             $B/libdwrc.a $B/libdwr_core.a
	$(LINK) -o $@ $^ $(DWRC_LIBS) -lm
# The values that prove tries, against random ones; its parts, against whole documents.
$(call objects,$(wildcard tests/prove/*.c)): DWR_CPPFLAGS += -Icompiler
$B/random_parts: $B/tests/prove/random_parts.o $(filter-out $B/tests/laws/laws.o,$(LAW_OBJ)) \
                 $B/libdwrc.a $B/libdwr_core.a
	$(LINK) -o $@ $^ $(DWRC_LIBS) -lm
$B/random_rules: $B/tests/prove/random_rules.o $(filter-out $B/tests/laws/laws.o,$(LAW_OBJ)) \
                 $B/libdwrc.a $B/libdwr_core.a
	$(LINK) -o $@ $^ $(DWRC_LIBS) -lm
$B/random_domains: $B/tests/prove/random_domains.o $B/tests/support/load_rules.o $B/libdwrc.a $B/libdwr_core.a
	$(LINK) -o $@ $^ $(DWRC_LIBS)

# What prove claims of many random rules, against many random documents: minutes.
CLAIMS_DOCTYPES ?= 1000
.PHONY: claims
claims: $B/dwrc $B/random_rules
	$(PYTHON) tests/prove/random_rules.py $B/dwrc --seed $(SEED) --doctypes $(CLAIMS_DOCTYPES) $B/claims.dwr
	$B/random_rules --seed $(SEED) --cases 20000 $B/claims.dwr

# The fuzz targets, with libFuzzer (make fuzz) and with a main that replays files (make check).
FUZZ_OBJ := $(filter-out $B/tests/laws/laws.o,$(LAW_OBJ)) $B/tests/support/soup.o $B/libdwrc.a $B/libdwr_core.a
$(call objects,$(wildcard tests/fuzz/*.c)): DWR_CPPFLAGS += -Icompiler
$(call objects,$(wildcard tests/fuzz/*.c)): | $B/setup.check
$(FUZZ_TARGETS:%=$B/replay_%): $B/replay_%: $B/tests/fuzz/fuzz_%.o $B/tests/fuzz/replay.o $(FUZZ_OBJ)
	$(LINK) -o $@ $^ $(DWRC_LIBS) -lm
$(FUZZ_TARGETS:%=$B/fuzz_%): $B/fuzz_%: $B/tests/fuzz/fuzz_%.o $(FUZZ_OBJ)
	$(LINK) -fsanitize=fuzzer -o $@ $^ $(DWRC_LIBS) -lm

BENCH_NEEDS = $B/dwrc $B/fmt_soup $B/bench/large $B/bench/schemas $B/only_portable/libdwr.so $(ONLY:%=$B/only_%/libdwr_core.a)

# dwrc's main inside the test of failing allocations.
$B/tests/support/dwrc_main.o: $B/compiler/dwrc.o
	@mkdir -p $(@D) && objcopy --redefine-sym main=dwrc_main $< $@
$B/fail_alloc_test: $B/tests/support/fail_alloc_test.o $B/tests/support/fail_alloc.o \
                    $B/tests/support/load_rules.o $B/tests/support/dwrc_main.o $B/libdwrc.a $B/runtime/resolve_lines.o $B/libdwr_core.a
	$(LINK) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free -o $@ $^ $(DWRC_LIBS) -lm

TALLY = @sh tests/support/tally.sh $B/tally $(@:check-%=%)
CHECK_TARGETS = $(addprefix check-,$(CHECKS))

# Every test, in the order of what is cheap to find out.
CHECKS := tally setup gate unit compile-fail mistakes golden fmt soup import completion share rules rules-oracle \
          cover scenarios planted why \
          reference demo documents generated same-answers architecture install simd neon threads \
          team allocations json corpus laws oracle oracle-rules oracle-planted lsp editor bench
CHECKS += lint explain formats
CHECKS += diff mutants
CHECKS += prove

.PHONY: check checks
check:
	@rm -rf $B/tally
	@$(MAKE) --no-print-directory -s $B/setup.check
	@$(MAKE) --no-print-directory -k checks CHECKS="$(CHECKS)" || true
	@sh tests/support/total.sh $B/tally $(CHECKS)
checks: $(CHECK_TARGETS)

.PHONY: $(CHECK_TARGETS)
check-tally:
	$(TALLY) sh tests/support/tally_test.sh
check-setup:
	$(TALLY) sh tests/support/setup_test.sh
check-gate: | $B/setup.check
	$(TALLY) env CC=gcc sh tests/support/gate_test.sh $B/gate
check-unit: $B/unit
	$(TALLY) sh tests/support/unit_gate.sh $B/unit $(UNIT_TESTS)
check-generated: $B/generated.stamp
	$(TALLY) sh tests/support/generated_test.sh $B/dwrc rules generated $B/generated.first
check-architecture: all
	$(TALLY) bash tests/support/arch_test.sh $B $(CC)
check-simd: $B/simd_paths $B/paths $B/lines.jsonl $(foreach p,$(ONLY),$B/only_$(p)/paths)
	$(TALLY) bash tests/support/paths_test.sh $B $(ONLY)
check-neon: $B/arm64/simd_paths $B/arm64/paths $B/paths $B/lines.jsonl
	$(TALLY) bash tests/support/neon_test.sh $B
check-same-answers: $B/dwr $B/dwrc $B/lines.jsonl
	$(TALLY) sh tests/support/same_answers.sh $B $B/lines.jsonl
check-install: all
	$(TALLY) env CC=$(CC) CXX=$(CXX) B=$B bash tests/support/install_test.sh $B/install

check-scenarios: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/scenarios.py --resolve "$B/dwrc resolve" tests/scenarios/*.scn
check-planted: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/scenarios.py --planted --resolve "$B/dwrc resolve" tests/scenarios/*.scn
check-rules: $B/dwrc
	$(TALLY) sh tests/support/cases.sh 's/.*rules_test: ([0-9]+) .*/\1/p' sh tests/support/rules_test.sh $B/dwrc
check-why: $B/dwrc $B/lines.jsonl
	$(TALLY) $(PYTHON) tests/support/why_test.py $B/dwrc $B/lines.jsonl
check-reference: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/reference_test.py $B/dwrc
check-rules-oracle:
	$(TALLY) $(PYTHON) tests/support/rules_oracle.py rules
check-cover: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/cover_test.py $B/dwrc $B/cover --seed $(SEED) --sets $(COVER_SETS)
check-demo: $B/dwrc
	$(TALLY) sh tests/support/cases.sh 's/^demo_test: ([0-9]+) .*/\1/p' sh tests/support/demo_test.sh $B/dwrc
check-documents: $B/dwrc $B/libdwr.a
	$(TALLY) sh tests/support/cases.sh '/^doc_examples: [0-9]/{s/[^0-9]+/\n/g;p}' \
	    $(PYTHON) tests/support/doc_examples.py $B/dwrc $B/libdwr.a
check-laws: $B/laws
	$(TALLY) sh tests/support/cases.sh 's/^laws: ([0-9]+) merges, each .*/\1/p' \
	    $B/laws --seed $(SEED) --cases $(LAW_CASES) rules tests/laws/all_forms.dwr
check-oracle: $B/dwrc
	$(TALLY) $(PYTHON) tests/oracle/differential.py --dwrc $B/dwrc --seed $(SEED) --count $(ORACLE_SETS)
check-oracle-rules: $B/dwrc
	$(TALLY) $(PYTHON) tests/oracle/differential.py --dwrc $B/dwrc --seed $(SEED) --count 60 --rules rules

$B/json_differential: $B/tests/support/json_differential.o $B/libdwr_core.a
	$(LINK) -o $@ $^ -lcjson -lm
check-json: $B/json_differential
	$(TALLY) bash tests/support/json_test.sh $B/json_differential 3000 $(SEED)
check-oracle-planted: $B/dwrc
	$(TALLY) $(PYTHON) tests/oracle/differential.py --dwrc $B/dwrc --seed $(SEED) --planted all
check-compile-fail: $B/dwrc
	$(TALLY) bash tests/support/compile_fail.sh $B/dwrc
# One mistake is one finding, wherever it is made.
MISTAKES ?= 500
check-mistakes: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/one_mistake_test.py $B/dwrc rules --seed $(SEED) --count $(MISTAKES)
check-lint: $B/dwrc | $B/sarif
	$(TALLY) env SARIF_SCHEMA=$B/sarif/schema.json $(PYTHON) tests/support/lint_test.py $B/dwrc
check-prove: $B/dwrc $B/random_parts $B/random_domains $B/random_rules
	$(TALLY) bash tests/support/prove_test.sh $B/dwrc $B/prove $B $(SEED)
# What each command finds, in each format.
check-formats: $B/dwrc | $B/sarif
	$(TALLY) env SARIF_SCHEMA=$B/sarif/schema.json $(PYTHON) tests/support/formats_test.py $B/dwrc $B/formats
check-explain: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/explain_test.py $B/dwrc
check-golden: $B/dwrc $B/libdwrc.a $B/libdwr_core.a
	$(TALLY) env CFLAGS= LDFLAGS="$(LHARDEN)" bash tests/support/golden.sh $B/dwrc $B/libdwrc.a $B/libdwr_core.a $B/golden
check-allocations: $B/fail_alloc_test
	@rm -rf $B/fail_alloc.out && mkdir -p $B/fail_alloc.out
	$(TALLY) sh tests/support/cases.sh 's/^fail_alloc: .*: ([0-9]+) allocations failed.*/\1/p' \
	    $B/fail_alloc_test $B/fail_alloc.out tests/laws/all_forms.dwr
check-fmt: $B/dwrc
	$(TALLY) bash tests/support/fmt_test.sh $B/dwrc
SOUP_FILES ?= 5000
check-completion: $B/dwrc
	$(TALLY) bash tests/support/completion_test.sh $B/dwrc
check-share: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/share_test.py $B/dwrc
check-import: $B/dwrc $B/lines.jsonl
	$(TALLY) bash tests/support/import_test.sh $B/dwrc $B/lines.jsonl
check-soup: $B/fmt_soup
	$(TALLY) $B/fmt_soup --seed $(SEED) --count $(SOUP_FILES)
check-corpus: $(FUZZ_TARGETS:%=$B/replay_%)
	$(TALLY) sh tests/support/corpus_test.sh $B $(FUZZ_TARGETS)
check-lsp: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/lsp_test.py $B/dwrc $(SEED)
check-diff: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/diff_test.py $B/dwrc
# A sample; make mutations tries all of them.
MUTANTS ?= 30
MUTANT_MERGES ?= 400
check-mutants: $B/dwrc
	$(TALLY) $(PYTHON) tests/support/mutate.py $B/dwrc rules --seed $(SEED) \
	    --mutants $(MUTANTS) --merges $(MUTANT_MERGES)
.PHONY: mutations
mutations: $B/dwrc
	@$(PYTHON) tests/support/mutate.py $B/dwrc rules --seed $(SEED) --merges 10000
check-editor: $B/dwrc
	$(TALLY) sh tests/support/editor_test.sh $B/dwrc
check-bench: $B/bench/bench $(BENCH_NEEDS)
	$(TALLY) sh tests/support/cases.sh '/^[0-9]+ reached, [0-9]+ missed$$/{s/[^0-9]+/\n/g;p}' \
	    $B/bench/bench -q $B

# --- the same again, otherwise ---

# What says nothing about the program's behaviour, or has a build of its own, is not run again.
SAN_CHECKS = $(filter-out tally setup gate generated architecture neon install bench oracle-planted golden,$(CHECKS))
.PHONY: san tsan clang
san:
	@$(MAKE) --no-print-directory check B=$B/san SANITIZE=address,undefined \
	    CFLAGS="-O1 -g" CHECKS="$(SAN_CHECKS)"
tsan:
	@$(MAKE) --no-print-directory check B=$B/tsan SANITIZE=thread CFLAGS="-O1 -g" CHECKS="threads team"
check-team: $B/dwrc
	$(TALLY) bash tests/support/team_test.sh $B/dwrc $B/team
check-threads: $B/threads $B/lines.jsonl
	$(TALLY) sh tests/support/threads_test.sh $B/threads $B/lines.jsonl $(if $(filter thread,$(SANITIZE)),tsan)
# libFuzzer over the seed corpus, each target for FUZZ_SECONDS; what it finds stays in build/fuzz.
FUZZ_SECONDS ?= 60
.PHONY: fuzz fuzz_targets
fuzz: | $B/setup.check
	@$(MAKE) --no-print-directory B=$B/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined \
	    CFLAGS="-O1 -g" fuzz_targets
	@sh tests/support/fuzz.sh $B/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)
fuzz_targets: $(FUZZ_TARGETS:%=$B/fuzz_%)
clang:
	@$(MAKE) --no-print-directory check B=$B/clang CC=clang CHECKS="unit simd threads same-answers laws corpus bench"

# --- measuring ---

BENCH_OBJ := $(call objects,$(wildcard tests/bench/*.c))
BENCH_ONLY := portable $(filter-out portable,$(ONLY))
comma := ,
$(BENCH_OBJ): | $B/setup.check
$(BENCH_OBJ): $B/generated.stamp $B/bench/bench_rules.h
$(BENCH_OBJ): DWR_CPPFLAGS += $(RULES_DEFINES) -I$B/bench -Iruntime/core \
    -DONLY_PATHS='$(subst $(subst ,, ),$(comma),$(BENCH_ONLY:%="%"))'

$B/bench/bench_rules.c $B/bench/bench_rules.h &: tests/bench/bench.dwr $B/dwrc
	@mkdir -p $(@D)
	@$B/dwrc compile tests/bench/bench.dwr -o $B/bench
	@touch $B/bench/bench_rules.c $B/bench/bench_rules.h
$B/bench/bench_rules.o: $B/bench/bench_rules.c
	$(COMPILE) -c $< -o $@

$B/only_portable/libdwr.so: $(patsubst %.c,$B/only_portable/%.o,$(CORE_SRC))
	$(LINK) -shared -o $@ $^

# 1,000 DocTypes of 40 lines.
$B/bench/large: tests/support/gen_rules.py | $B/setup.check
	@rm -rf $@ && mkdir -p $@
	@$(PYTHON) $< $@
	@touch $@

# And what they are about: 1,000 definitions of 40 fields.
$B/bench/schemas: tests/support/gen_schemas.py $B/bench/large
	@rm -rf $@ && mkdir -p $@
	@$(PYTHON) $< $B/bench/large $@
	@touch $@

$B/bench/bench: $(BENCH_OBJ) $B/bench/bench_rules.o $B/generated/$(RULESET).o $B/libdwr_core.a
	$(LINK) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc -pthread -o $@ $^ -lcjson -ldl

.PHONY: bench
bench: $B/bench/bench $(BENCH_NEEDS) | $B/setup.check
	@$B/bench/bench -o $B/bench.json $B

# --- people ---

.PHONY: run
run: $B/dwrc
	@$B/dwrc lint rules --schema rules/schema
	@$(MAKE) --no-print-directory $B/generated.stamp
	@sh share/demo/run_demo.sh $B/dwrc rules

# The reference of the shipped rules: build/reference/NAME.md and NAME.html.
.PHONY: doc
doc: $B/dwrc
	@$B/dwrc doc rules $(if $(wildcard rules/schema),--schema rules/schema) -o $B/reference
	@ls $B/reference/$(RULESET).*

.PHONY: size
size: $(foreach p,$(ONLY),$B/only_$(p)/libdwr_core.a)
	@sh tests/support/size.sh $^

.PHONY: format-check
format-check:
	clang-format --dry-run -Werror $(filter-out tests/golden/%,$(wildcard runtime/*.[ch] runtime/core/*.[ch] \
	    compiler/*.[ch] compiler/*/*.[ch] tests/*/*.[ch]))

.PHONY: fresh
fresh:
	@sh tests/support/setup.sh fresh
	@bash tests/support/fresh_chroot.sh

# --- installing ---

.PHONY: install uninstall
install: all
	@sh share/install.sh install $B "$(DESTDIR)" "$(PREFIX)" $(VERSION) $(SONAME)
uninstall:
	@sh share/install.sh uninstall $B "$(DESTDIR)" "$(PREFIX)" $(VERSION) $(SONAME)

.PHONY: clean
clean:
	rm -rf $B

.PHONY: help
help:
	@echo 'make                 dwrc, the runtime (libdwr), the rule tables, dwr; sets the machine up first'
	@echo 'make run             the six problem scenarios by the shipped rules'
	@echo 'make check           every test; make check-NAME runs one part of it:'
	@echo '                     $(CHECKS)' | fold -s -w 79
	@echo 'make san             the same under AddressSanitizer, UBSan and the leak checker'
	@echo 'make tsan            threads under ThreadSanitizer'
	@echo 'make clang           built by clang, and tested'
	@echo 'make fuzz            libFuzzer, FUZZ_SECONDS=60 for each target'
	@echo 'make mutations       every small change of a rule that merges see is seen by dwrc diff (ten minutes)'
	@echo 'make bench           how fast, as ratios of one run; build/bench.json'
	@echo 'make doc             the reference of the shipped rules, build/reference/$(RULESET).html'
	@echo 'make size            the size of the runtime with each code path'
	@echo 'make install         PREFIX=/usr/local DESTDIR=; make uninstall takes it away again'
	@echo 'make setup           installs what building and testing needs and this machine lacks'
	@echo 'make fresh           make run and make check in an empty Debian (as root, some minutes)'
	@echo 'make format-check    is the layout what .clang-format says?'
	@echo 'make clean'
	@echo
	@echo 'B=FOLDER builds elsewhere than in build; SEED=N makes other random tests; CC, CFLAGS, LDFLAGS'

-include $(shell find $B -type f -name '*.d' 2>/dev/null)
