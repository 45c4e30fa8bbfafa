/* words.c - conflict classes in words. */
#include "cover.h"

static const struct {
    const char *word, *text;
} kinds[] = {
#define KIND(NAME, word, text) { word, text },
#include "kinds.def"
#undef KIND
};

const char *cover_kind_word(enum cover_kind kind)
{
    return kinds[kind].word;
}

const char *cover_kind_text(enum cover_kind kind)
{
    return kinds[kind].text;
}

struct dwr_str cover_type_name(const struct cover_type *type)
{
    static const struct dwr_str not_named = DWR_STR("(DocTypes not named)");

    return type->name.p ? type->name : not_named;
}

static void names(struct out *o, const struct dwr_names *all, const struct dwr_unit *unit)
{
    for (unsigned i = 0; i < unit->field_count; i++) {
        if (i > 0)
            out_lit(o, " + ");
        out_str(o, all->v[unit->fields[i]].name);
    }
}

struct dwr_str cover_part_text(struct arena *arena, const struct cover_type *type,
                               const struct cover_class *class_)
{
    const struct dwr_doctype *d = type->rules;
    const struct dwr_table *table = NULL;
    struct out_memory m;

    out_memory_begin(&m, arena);
    switch ((enum cover_part)class_->part) {
    case COVER_UNIT:
        names(&m.out, &d->names, &d->units[class_->index]);
        break;
    case COVER_FREE:
        if (type->v[0].part == COVER_FREE && d->table_count == 0)
            out_lit(&m.out, "fields"); /* no rule names one */
        else
            out_lit(&m.out, "other fields");
        break;
    case COVER_TABLE:
    case COVER_MEMBER:
    case COVER_OTHER:
        table = &d->tables[class_->index];
        out_str(&m.out, d->names.v[table->field].name);
        break;
    case COVER_LOCK:
        out_lit(&m.out, "lock");
        break;
    case COVER_DOCUMENT:
        out_lit(&m.out, "document");
        break;
    }
    if (class_->part == COVER_MEMBER) {
        out_lit(&m.out, ": ");
        names(&m.out, &table->names, &table->units[class_->member]);
    } else if (class_->part == COVER_OTHER) {
        out_lit(&m.out, ": other members");
    }
    return out_memory_bytes(&m);
}
