/* emit_rules.c - names, conditions, rules, units and tables as rows of C. */
#include "emit_parts.h"

/* C17 promises room for literals of 4,095 bytes. */
enum { LITERAL_MAX = 4095 };

/* What stands in the array `from` can be pointed to; above it a unit has an array of its own. */
enum { FROM_MAX = 4096 };

#define WORD(constant) [constant] = DWR_STR(#constant)

static const struct dwr_str rule_words[] = {
#define RULE(NAME, word, arity, section) WORD(DWR_RULE_##NAME),
#include "rule_kinds.def"
#undef RULE
    WORD(DWR_RULE_BRANCH),
};

static const struct dwr_str role_words[] = {
    WORD(DWR_NAME_FREE), WORD(DWR_NAME_UNIT),  WORD(DWR_NAME_TABLE),
    WORD(DWR_NAME_META), WORD(DWR_NAME_COUNT), WORD(DWR_NAME_VERSION),
};

static const struct dwr_str op_words[] = {
    WORD(DWR_COND_AND),        WORD(DWR_COND_OR),      WORD(DWR_COND_NOT),
    WORD(DWR_COND_EQ),         WORD(DWR_COND_NE),      WORD(DWR_COND_LT),
    WORD(DWR_COND_LE),         WORD(DWR_COND_GT),      WORD(DWR_COND_GE),
    WORD(DWR_COND_IN),         WORD(DWR_COND_NOT_IN),  WORD(DWR_COND_IS_SET),
    WORD(DWR_COND_IS_NOT_SET), WORD(DWR_COND_CHANGES), WORD(DWR_COND_BECOMES),
    WORD(DWR_COND_CREATED),
};

static const struct dwr_str side_words[] = {
    WORD(DWR_SIDE_VALUE),       WORD(DWR_SIDE_BASE),        WORD(DWR_SIDE_SERVER),
    WORD(DWR_SIDE_CLIENT),      WORD(DWR_SIDE_DOC),         WORD(DWR_SIDE_SERVER_ROLE),
    WORD(DWR_SIDE_CLIENT_ROLE), WORD(DWR_SIDE_CLIENT_USER),
};

static const struct dwr_str same_key_words[] = {
    WORD(DWR_SAME_KEY_SERVER_WINS),      WORD(DWR_SAME_KEY_CLIENT_WINS),
    WORD(DWR_SAME_KEY_FIRST_WRITE_WINS), WORD(DWR_SAME_KEY_LAST_WRITE_WINS),
    WORD(DWR_SAME_KEY_KEEP_BOTH),        WORD(DWR_SAME_KEY_MANUAL),
    WORD(DWR_SAME_KEY_FIELDS),
};

/* --- leaves --- */

/* One character constant a byte: '\303' is right whether char has a sign or not. */
static void long_text(struct out *o, struct dwr_str s)
{
    out_lit(o, "{ (const char[]){");
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        const char constant[] = {
            '\'', '\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)), (char)('0' + (c & 7)),
            '\'', ','
        };

        if (i % 14 == 0)
            out_lit(o, "\n        ");
        if (c >= ' ' && c < 127 && c != '\'' && c != '\\') {
            out_char(o, '\'');
            out_char(o, (char)c);
            out_lit(o, "',");
        } else {
            out_bytes(o, constant, sizeof constant);
        }
    }
    out_lit(o, " }, ");
    out_number(o, s.n);
    out_lit(o, " }");
}

void emit_str(struct out *o, struct dwr_str s)
{
    if (s.n > LITERAL_MAX) {
        long_text(o, s);
        return;
    }
    out_lit(o, "DWR_STR(\"");
    if (out_is_plain(s))
        out_str(o, s);
    else
        out_c_text(o, s);
    out_lit(o, "\")");
}

void emit_str_array(struct out *o, const struct dwr_str *v, uint16_t count)
{
    out_lit(o, "(const struct dwr_str[]){ ");
    for (uint16_t i = 0; i < count; i++) {
        if (i > 0)
            out_lit(o, ", ");
        emit_str(o, v[i]);
    }
    out_lit(o, " }");
}

static void name_comment(struct out *o, const struct dwr_names *names, uint16_t i)
{
    out_lit(o, " /* ");
    out_c_comment(o, names->v[i].name);
    out_lit(o, " */");
}

void emit_index(struct out *o, const struct dwr_names *names, uint16_t i)
{
    if (i == DWR_NONE) {
        out_lit(o, "DWR_NONE");
        return;
    }
    out_number(o, i);
    name_comment(o, names, i);
}

void emit_index_array(struct out *o, const struct dwr_names *names, const uint16_t *v,
                      uint16_t count)
{
    out_lit(o, "(const uint16_t[]){ ");
    for (uint16_t i = 0; i < count; i++) {
        if (i > 0)
            out_lit(o, ", ");
        emit_index(o, names, v[i]);
    }
    out_lit(o, " }");
}

/* --- conditions --- */

static void operand(struct out *o, const struct dwr_names *names, struct dwr_operand operand)
{
    out_lit(o, "{ .side = ");
    out_str(o, side_words[operand.side]);
    if (operand.side >= DWR_SIDE_BASE && operand.side <= DWR_SIDE_DOC) {
        EMIT_MEMBER(o, "field");
        emit_index(o, names, operand.field);
    }
    out_lit(o, " }");
}

/* As deep as the author's at most, AST_COND_DEPTH_MAX; clang takes 256 nested braces. */
void emit_condition(struct out *o, const struct dwr_names *names, const struct dwr_cond *c)
{
    out_lit(o, "&(const struct dwr_cond){ .op = ");
    out_str(o, op_words[c->op]);
    if (c->a) {
        EMIT_MEMBER(o, "a");
        emit_condition(o, names, c->a);
    }
    if (c->b) {
        EMIT_MEMBER(o, "b");
        emit_condition(o, names, c->b);
    }
    if (c->left.side != DWR_SIDE_VALUE) {
        EMIT_MEMBER(o, "left");
        operand(o, names, c->left);
    }
    if (c->right.side != DWR_SIDE_VALUE) {
        EMIT_MEMBER(o, "right");
        operand(o, names, c->right);
    }
    if (c->value_count > 0) {
        EMIT_MEMBER(o, "values");
        emit_str_array(o, c->values, c->value_count);
        EMIT_MEMBER(o, "value_count");
        out_number(o, c->value_count);
    }
    out_lit(o, " }");
}

/* --- rules --- */

void emit_set(struct out *o, const struct dwr_names *names, const struct dwr_set *set)
{
    out_lit(o, "{ .field = ");
    emit_index(o, names, set->field);
    EMIT_STR_MEMBER(o, "value", set->value);
    EMIT_STR_MEMBER(o, "at", set->at);
    out_lit(o, " }");
}

static void rule_sets(struct out *o, const struct dwr_names *names, const struct dwr_rule *rule)
{
    out_lit(o, ",\n      .set = ");
    out_lit(o, "(const struct dwr_set[]){ ");
    for (uint16_t i = 0; i < rule->set_count; i++) {
        if (i > 0)
            out_lit(o, ", ");
        emit_set(o, names, &rule->set[i]);
    }
    out_lit(o, " }");
    EMIT_MEMBER(o, "set_count");
    out_number(o, rule->set_count);
}

/* What few rules have. */
static void rare_members(struct out *o, const struct dwr_names *names, const struct dwr_rule *rule)
{
    if (rule->provisional_client)
        out_lit(o, ", .provisional_client = true");
    if (rule->when) {
        out_lit(o, ",\n      .when = ");
        emit_condition(o, names, rule->when);
    }
    if (rule->ranked_count > 0) {
        out_lit(o, ",\n      .ranked = ");
        emit_str_array(o, rule->ranked, rule->ranked_count);
        EMIT_MEMBER(o, "ranked_count");
        out_number(o, rule->ranked_count);
    }
    EMIT_STR_MEMBER(o, "key", rule->key);
    if (rule->watch_count > 0) {
        out_lit(o, ",\n      .watch = ");
        emit_index_array(o, names, rule->watch, rule->watch_count);
        EMIT_MEMBER(o, "watch_count");
        out_number(o, rule->watch_count);
    }
    if (rule->set_count > 0)
        rule_sets(o, names, rule);
}

void emit_rule(struct out *o, const struct dwr_names *names, const struct dwr_rule *rule)
{
    out_lit(o, "{ .kind = ");
    out_str(o, rule_words[rule->kind]);
    rare_members(o, names, rule);
    EMIT_STR_MEMBER(o, "at", rule->at);
    out_lit(o, " }");
}

/* --- names --- */

static void numbers(struct out *o, const char *kind, struct dwr_str id, const uint16_t *v,
                    uint32_t count)
{
    out_lit(o, "static const uint16_t ");
    out_bytes(o, kind, strlen(kind));
    out_str(o, id);
    out_lit(o, "[] = {");
    for (uint32_t i = 0; i < count; i++) {
        if (i % 16 == 0)
            out_lit(o, "\n    ");
        if (v[i] == DWR_NONE)
            out_lit(o, "DWR_NONE");
        else
            out_number(o, v[i]);
        if (i % 16 == 15 || i + 1 == count)
            out_char(o, ',');
        else
            out_lit(o, ", ");
    }
    out_lit(o, "\n};\n");
}

void emit_names_arrays(struct out *o, struct dwr_str id, const struct dwr_names *names)
{
    if (names->count == 0)
        return;
    out_lit(o, "static const struct dwr_name names_");
    out_str(o, id);
    out_lit(o, "[] = {\n");
    for (uint16_t i = 0; i < names->count; i++) {
        const struct dwr_name *name = &names->v[i];

        out_lit(o, "    { .name = ");
        emit_str(o, name->name);
        EMIT_MEMBER(o, "role");
        out_str(o, role_words[name->role]);
        if (name->index > 0) {
            EMIT_MEMBER(o, "index");
            out_number(o, name->index);
        }
        out_lit(o, " },\n");
    }
    out_lit(o, "};\n");
    numbers(o, "displace_", id, names->displace, names->bucket_mask + 1);
    numbers(o, "slots_", id, names->slots, names->slot_mask + 1);
}

void emit_names(struct out *o, struct dwr_str id, const struct dwr_names *names)
{
    if (names->count == 0) {
        out_lit(o, "{ .v = NULL }");
        return;
    }
    out_lit(o, "{ .v = names_");
    out_str(o, id);
    out_lit(o, ", .count = ");
    out_number(o, names->count);
    out_lit(o, ", .bucket_mask = ");
    out_number(o, names->bucket_mask);
    out_lit(o, ", .slot_mask = ");
    out_number(o, names->slot_mask);
    out_lit(o, ",\n                   .displace = displace_");
    out_str(o, id);
    out_lit(o, ", .slots = slots_");
    out_str(o, id);
    out_lit(o, " }");
}

/* --- units --- */

/* A field alone, or fields that follow each other: they stand in `from`. */
static bool in_from(const struct dwr_unit *u)
{
    for (uint16_t i = 1; i < u->field_count; i++)
        if (u->fields[i] != u->fields[0] + i)
            return false;
    return u->fields[0] + u->field_count <= FROM_MAX;
}

static uint32_t from_size(const struct dwr_unit *units, uint16_t count, uint32_t size)
{
    for (uint16_t i = 0; i < count; i++)
        if (in_from(&units[i]) && (uint32_t)units[i].fields[0] + units[i].field_count > size)
            size = (uint32_t)units[i].fields[0] + units[i].field_count;
    return size;
}

static uint32_t from_size_of(const struct dwr_doctype *d, uint32_t size)
{
    size = from_size(d->units, d->unit_count, size);
    for (uint16_t i = 0; i < d->table_count; i++)
        size = from_size(d->tables[i].units, d->tables[i].unit_count, size);
    return size;
}

uint32_t emit_from_size(const struct dwr_ruleset *rules)
{
    uint32_t size = from_size_of(&rules->other, 0);

    for (uint16_t i = 0; i < rules->doctype_count; i++)
        size = from_size_of(&rules->doctypes[i], size);
    return size;
}

static void unit(struct out *o, struct dwr_str id, const struct dwr_names *names,
                 const struct dwr_unit *u, uint32_t rule)
{
    out_lit(o, "    { .fields = ");
    if (in_from(u)) {
        out_lit(o, "&from[");
        out_number(o, u->fields[0]);
        out_char(o, ']');
    } else {
        emit_index_array(o, names, u->fields, u->field_count);
    }
    out_lit(o, ", .field_count = ");
    out_number(o, u->field_count);
    out_lit(o, ", .rules = &rules_");
    out_str(o, id);
    out_char(o, '[');
    out_number(o, rule);
    out_lit(o, "], .rule_count = ");
    out_number(o, u->rule_count);
    out_lit(o, " }, /* ");
    for (uint16_t i = 0; i < u->field_count; i++) {
        if (i > 0)
            out_lit(o, ", ");
        out_c_comment(o, names->v[u->fields[i]].name);
    }
    out_lit(o, " */\n");
}

void emit_units(struct out *o, struct dwr_str id, const struct dwr_names *names,
                const struct dwr_unit *units, uint16_t count)
{
    uint32_t rule = 0;

    if (count == 0)
        return;
    /* Units with their rules from the same statement follow each other and share them. */
    out_lit(o, "static const struct dwr_rule rules_");
    out_str(o, id);
    out_lit(o, "[] = {\n");
    for (uint16_t i = 0; i < count; i++) {
        if (i > 0 && units[i].rules == units[i - 1].rules)
            continue;
        for (uint16_t k = 0; k < units[i].rule_count; k++) {
            out_lit(o, "    ");
            emit_rule(o, names, &units[i].rules[k]);
            out_lit(o, ",\n");
        }
    }
    out_lit(o, "};\nstatic const struct dwr_unit units_");
    out_str(o, id);
    out_lit(o, "[] = {\n");
    for (uint16_t i = 0; i < count; i++) {
        if (i > 0 && units[i].rules != units[i - 1].rules)
            rule += units[i - 1].rule_count;
        unit(o, id, names, &units[i], rule);
    }
    out_lit(o, "};\n");
}

/* --- tables --- */

static void table_flags(struct out *o, const struct dwr_doctype *d, const struct dwr_table *t)
{
    if (t->same_key == DWR_SAME_KEY_FIELDS) {
        out_lit(o, ",\n      .otherwise = ");
        emit_rule(o, &t->names, &t->otherwise);
    }
    out_lit(o, ",\n      .count_into = ");
    emit_index(o, &d->names, t->count_into);
    if (t->removes)
        out_lit(o, ", .removes = true");
    if (t->append_only)
        out_lit(o, ", .append_only = true");
    if (t->hold) {
        out_lit(o, ",\n      .hold = ");
        emit_condition(o, &d->names, t->hold);
    }
    out_lit(o, ",\n      .at = ");
    emit_str(o, t->at);
    EMIT_STR_MEMBER(o, "same_key_at", t->same_key_at);
    EMIT_STR_MEMBER(o, "removes_at", t->removes_at);
    EMIT_STR_MEMBER(o, "append_only_at", t->append_only_at);
    EMIT_STR_MEMBER(o, "hold_at", t->hold_at);
}

static void table(struct out *o, struct dwr_str id, const struct dwr_doctype *d,
                  const struct dwr_table *t)
{
    out_lit(o, "    { .field = ");
    emit_index(o, &d->names, t->field);
    out_lit(o, ",\n      .names = ");
    emit_names(o, id, &t->names);
    out_lit(o, ",\n      .key = ");
    emit_index_array(o, &t->names, t->key, t->key_count);
    EMIT_MEMBER(o, "key_count");
    out_number(o, t->key_count);
    EMIT_MEMBER(o, "order_by");
    emit_index(o, &t->names, t->order_by);
    out_lit(o, ",\n      .same_key = ");
    out_str(o, same_key_words[t->same_key]);
    if (t->unit_count > 0) {
        out_lit(o, ", .units = units_");
        out_str(o, id);
        EMIT_MEMBER(o, "unit_count");
        out_number(o, t->unit_count);
    }
    table_flags(o, d, t);
    out_lit(o, " },\n");
}

void emit_tables(struct out *o, const struct emit_doctype *ids, const struct dwr_doctype *d)
{
    if (d->table_count == 0)
        return;
    for (uint16_t i = 0; i < d->table_count; i++) {
        emit_names_arrays(o, ids->tables[i], &d->tables[i].names);
        emit_units(o, ids->tables[i], &d->tables[i].names, d->tables[i].units,
                   d->tables[i].unit_count);
    }
    out_lit(o, "static const struct dwr_table tables_");
    out_str(o, ids->id);
    out_lit(o, "[] = {\n");
    for (uint16_t i = 0; i < d->table_count; i++)
        table(o, ids->tables[i], d, &d->tables[i]);
    out_lit(o, "};\n");
}
