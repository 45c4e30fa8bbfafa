/* parse_names.c - names and single words: every name is interned over the whole rule set, which
 * threads share. */
#include "parse_state.h"

#include "../runtime/name_hash.h"

static void grow_slots(struct parse *p)
{
    struct ast_ruleset *ruleset = p->ruleset;
    uint32_t i, slot;

    ruleset->slot_mask = ruleset->slot_mask == 0 ? 1023 : ruleset->slot_mask * 2 + 1;
    ruleset->slots =
        arena_zero(p->arena, ((size_t)ruleset->slot_mask + 1) * sizeof *ruleset->slots);
    for (i = 0; i < ruleset->symbol_count; i++) {
        slot = (uint32_t)ruleset->symbols[i].hash & ruleset->slot_mask;
        while (ruleset->slots[slot] != 0)
            slot = (slot + 1) & ruleset->slot_mask;
        ruleset->slots[slot] = i + 1;
    }
}

static bool is_symbol(const struct ast_symbol *symbol, struct dwr_str text, uint64_t hash)
{
    return symbol->hash == hash && symbol->text.n == text.n &&
           memcmp(symbol->text.p, text.p, text.n) == 0;
}

static uint32_t intern_in_ruleset(struct parse *p, struct dwr_str text, uint64_t hash)
{
    struct ast_ruleset *ruleset = p->ruleset;
    uint32_t slot;

    if (ruleset->symbol_count * 2 >= ruleset->slot_mask)
        grow_slots(p);
    for (slot = (uint32_t)hash & ruleset->slot_mask; ruleset->slots[slot] != 0;
         slot = (slot + 1) & ruleset->slot_mask) {
        if (is_symbol(&ruleset->symbols[ruleset->slots[slot] - 1], text, hash))
            return ruleset->slots[slot] - 1;
    }
    if (ruleset->symbol_count == ruleset->symbol_capacity) {
        uint32_t capacity = ruleset->symbol_capacity == 0 ? 512 : ruleset->symbol_capacity * 2;

        ruleset->symbols = arena_grow(p->arena, ruleset->symbols, ruleset->symbol_capacity,
                                      capacity, sizeof *ruleset->symbols);
        ruleset->symbol_capacity = capacity;
    }
    ruleset->symbols[ruleset->symbol_count] = (struct ast_symbol){ text, hash };
    ruleset->slots[slot] = ++ruleset->symbol_count;
    return ruleset->symbol_count - 1;
}

/* Running out of memory must not keep the lock. */
static uint32_t intern_locked(struct parse *p, struct dwr_str text, uint64_t hash)
{
    jmp_buf *const no_memory = p->arena->no_memory;
    jmp_buf unlock;
    uint32_t symbol;

    pthread_mutex_lock(p->lock);
    p->arena->no_memory = &unlock;
    if (setjmp(unlock) != 0) {
        pthread_mutex_unlock(p->lock);
        p->arena->no_memory = no_memory;
        arena_fail(p->arena);
    }
    symbol = intern_in_ruleset(p, text, hash);
    p->arena->no_memory = no_memory;
    pthread_mutex_unlock(p->lock);
    return symbol;
}

static uint32_t intern(struct parse *p, struct dwr_str text)
{
    uint64_t hash = dwr_name_hash(text.p, text.n);
    struct parse_known *known;

    if (p->known == NULL)
        return intern_in_ruleset(p, text, hash);
    known = &p->known[hash % PARSE_KNOWN];
    if (known->name.text.p == NULL || !is_symbol(&known->name, text, hash))
        *known = (struct parse_known){ { text, hash }, intern_locked(p, text, hash) };
    return known->symbol;
}

static bool has_control(struct dwr_str text)
{
    size_t i;

    for (i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F)
            return true;
    return false;
}

static struct ast_name *new_name(struct parse *p, struct span span, struct dwr_str text)
{
    uint32_t symbol = intern(p, text);
    struct ast_name *name = arena_alloc(p->arena, sizeof *name);

    name->span = span;
    name->symbol = symbol;
    name->text = text;
    return name;
}

struct ast_name *parse_name(struct parse *p, const struct ast_text *text)
{
    if (text->text.n == 0)
        parse_lexical(p, DIAG_NAME, text->span, "a name is never empty");
    else if (has_control(text->text))
        parse_lexical(p, DIAG_NAME, text->span, "a name holds no control character");
    return new_name(p, text->span, text->text);
}

struct ast_name *parse_bare(struct parse *p, struct span span)
{
    return new_name(p, span, (struct dwr_str){ p->text + span.begin, span.end - span.begin });
}

struct ast_word *parse_word(struct parse *p, struct span span)
{
    struct ast_word *word = arena_alloc(p->arena, sizeof *word);

    word->span = span;
    word->text = (struct dwr_str){ p->text + span.begin, span.end - span.begin };
    return word;
}

struct ast_flag *parse_flag(struct parse *p, struct span span, bool yes)
{
    struct ast_flag *flag = arena_alloc(p->arena, sizeof *flag);

    *flag = (struct ast_flag){ span, true, yes };
    return flag;
}
