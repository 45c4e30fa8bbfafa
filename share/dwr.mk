# dwr.mk - compiles a folder of rules into a program. In a Makefile:
#
#     DWR_RULES := rules
#     include $(shell pkg-config --variable=makefragment dwr)
#
#     app: app.o $(DWR_OBJECTS)
#             $(CC) $(LDFLAGS) -o $@ $^ $(DWR_LIBS)
#     app.o: CPPFLAGS += $(DWR_CPPFLAGS)
#     app.o: $(DWR_HEADER)
#
# You say (before the include):
#   DWR_RULES    the folder, or the .dwr files, of one rule set
#   DWR_OUT      where the tables and their object are written          [dwr-generated]
#   DWR_NAME     the rule set's name as an identifier, where the rules  [found in the rules]
#                have no `ruleset "…"` on a line of its own
#   DWR_SHARED   not empty: link the shared library                     [empty: the static one]
#   DWRC         the compiler                                           [the installed one]
#
# You get:
#   DWR_HEADER   NAME.h; it declares dwr_rules_NAME
#   DWR_SOURCE   NAME.c
#   DWR_OBJECTS  NAME.o
#   DWR_CPPFLAGS to find dwr.h and NAME.h
#   DWR_LIBS     to link
#
# The tables are made again when a rule file changes, comes or goes.

# `make` alone is to make what the makefile names first, and not a file of this one.
DWR_GOAL := $(.DEFAULT_GOAL)

DWR_PREFIX := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))../..)
DWRC       ?= $(DWR_PREFIX)/bin/dwrc
DWR_RULES  ?= rules
DWR_OUT    ?= dwr-generated

DWR_RULE_FILES := $(shell find $(DWR_RULES) -name '*.dwr')
DWR_FOLDERS    := $(shell find $(DWR_RULES) -type d)
ifeq ($(DWR_NAME),)
DWR_NAME := $(shell cat /dev/null $(DWR_RULE_FILES) | sed -n 's/^ruleset *"\([^"]*\)".*/\1/p' | head -n 1)
endif
ifeq ($(DWR_NAME),)
DWR_NAME := $(patsubst %.dwr,%,$(notdir $(abspath $(firstword $(DWR_RULES)))))
endif
DWR_NAME := $(shell printf %s '$(DWR_NAME)' | tr -c A-Za-z0-9 _)

DWR_HEADER   := $(DWR_OUT)/$(DWR_NAME).h
DWR_SOURCE   := $(DWR_OUT)/$(DWR_NAME).c
DWR_OBJECTS  := $(DWR_OUT)/$(DWR_NAME).o
DWR_CPPFLAGS := -I$(DWR_PREFIX)/include/dwr -I$(DWR_OUT)
ifeq ($(DWR_SHARED),)
DWR_LIBS := $(DWR_PREFIX)/lib/libdwr.a
else
DWR_LIBS := -L$(DWR_PREFIX)/lib -Wl,-rpath,$(DWR_PREFIX)/lib -ldwr
endif

# dwrc leaves alone what would not change, so a stamp says when it last ran; the empty recipe lets
# make see whether it has written.
$(DWR_OUT)/$(DWR_NAME).stamp: $(DWR_RULE_FILES) $(DWR_FOLDERS) $(DWRC)
	@mkdir -p $(DWR_OUT)
	$(DWRC) compile $(DWR_RULES) -o $(DWR_OUT)
	@test -f $(DWR_HEADER) || { echo >&2 'dwr.mk: the rule set is not called $(DWR_NAME): see DWR_NAME in dwr.mk, and $(DWR_OUT) for its name'; exit 1; }
	@touch $@

$(DWR_SOURCE) $(DWR_HEADER): $(DWR_OUT)/$(DWR_NAME).stamp ;

$(DWR_OBJECTS): $(DWR_OUT)/$(DWR_NAME).stamp $(DWR_SOURCE) $(DWR_HEADER)
	$(CC) $(CPPFLAGS) $(DWR_CPPFLAGS) $(CFLAGS) -c $(DWR_SOURCE) -o $@

.DEFAULT_GOAL := $(DWR_GOAL)
