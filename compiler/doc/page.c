/* page.c - the elements of a page, one function each, in both forms. */
#include "page.h"

#include "diag.h"

static const char *const css[] = {
#include "page.css.inc"
};
static const char *const script[] = {
#include "page.js.inc"
};

static void put(struct page *p, const char *text)
{
    out_bytes(p->out, text, strlen(text));
}

/* What the one form has and the other has. */
static void either(struct page *p, const char *html, const char *markdown)
{
    put(p, p->kind == PAGE_HTML ? html : markdown);
}

/* --- text --- */

/* The bytes of one character that may be shown, or those of its stand-in. White space of any kind
 * is a space. */
static struct dwr_str shown(struct dwr_str text, size_t *i)
{
    const size_t n = diag_printable(text.p + *i, text.n - *i);
    const struct dwr_str character = { text.p + *i, n };

    if (n > 0) {
        *i += n;
        return character;
    }
    if (strchr("\t\n\r", text.p[(*i)++]) && text.p[*i - 1] != '\0')
        return (struct dwr_str)DWR_STR(" ");
    while (*i < text.n && ((unsigned char)text.p[*i] & 0xC0) == 0x80)
        (*i)++;
    return (struct dwr_str)DWR_STR("\xEF\xBF\xBD");
}

static void html_text(struct out *o, struct dwr_str text)
{
    for (size_t i = 0; i < text.n;)
        out_xml_text(o, shown(text, &i));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* At the start of a line these begin a heading, a list, a line across. */
static bool begins_block(struct dwr_str text, size_t i)
{
    size_t k = 0;

    if (i == 0 && strchr("#+-=", text.p[0]))
        return true;
    while (k < i && is_digit(text.p[k]))
        k++;
    return k == i && i > 0 && (text.p[i] == '.' || text.p[i] == ')');
}

static void markdown_text(struct out *o, struct dwr_str text)
{
    for (size_t i = 0; i < text.n;) {
        const char c = text.p[i];

        if (c == '<')
            out_lit(o, "&lt;");
        else if (c == '>')
            out_lit(o, "&gt;");
        else if (c == '&')
            out_lit(o, "&amp;");
        else {
            if (strchr("\\`*_[]|~$", c) || begins_block(text, i))
                out_char(o, '\\');
            out_str(o, shown(text, &i));
            continue;
        }
        i++;
    }
}

/* Between more backticks than stand together in the text. */
static void markdown_code(struct out *o, struct dwr_str text, bool in_cell)
{
    size_t run = 0, most = 0;

    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        most = run > most ? run : most;
    }
    for (size_t i = 0; i <= most; i++)
        out_char(o, '`');
    if (most > 0)
        out_char(o, ' ');
    for (size_t i = 0; i < text.n;) {
        if (text.p[i] == '|' && in_cell)
            out_char(o, '\\');
        out_str(o, shown(text, &i));
    }
    if (most > 0)
        out_char(o, ' ');
    for (size_t i = 0; i <= most; i++)
        out_char(o, '`');
}

/* --- the styles of words.h --- */

static void html_field(struct out *o, struct dwr_str text)
{
    out_lit(o, "<code>");
    html_text(o, text);
    out_lit(o, "</code>");
}

static void html_value(struct out *o, struct dwr_str text)
{
    out_lit(o, "<code class=\"value\">");
    html_text(o, text);
    out_lit(o, "</code>");
}

static void html_name(struct out *o, struct dwr_str text)
{
    out_lit(o, "<b>");
    html_text(o, text);
    out_lit(o, "</b>");
}

static void code_of_line(struct out *o, struct dwr_str text)
{
    markdown_code(o, text, false);
}

static void code_of_cell(struct out *o, struct dwr_str text)
{
    markdown_code(o, text, true);
}

static void markdown_name(struct out *o, struct dwr_str text)
{
    out_lit(o, "**");
    markdown_text(o, text);
    out_lit(o, "**");
}

const struct words_style *page_style(const struct page *p)
{
    static const struct words_style html = { html_field, html_value, html_name };
    static const struct words_style line = { code_of_line, code_of_line, markdown_name };
    static const struct words_style cell = { code_of_cell, code_of_cell, markdown_name };

    return p->kind == PAGE_HTML ? &html : p->in_cell ? &cell : &line;
}

/* --- in a line --- */

void page_text(struct page *p, struct dwr_str text)
{
    if (p->kind == PAGE_HTML)
        html_text(p->out, text);
    else
        markdown_text(p->out, text);
}

void page_word(struct page *p, const char *text)
{
    put(p, text);
}

void page_code(struct page *p, struct dwr_str text)
{
    page_style(p)->field(p->out, text);
}

void page_said(struct page *p, struct dwr_str words)
{
    out_str(p->out, words);
}

void page_link(struct page *p, struct dwr_str id, struct dwr_str text)
{
    either(p, "<a href=\"#", "[");
    if (p->kind == PAGE_HTML) {
        html_text(p->out, id);
        out_lit(p->out, "\">");
    }
    page_text(p, text);
    either(p, "</a>", "](#");
    if (p->kind == PAGE_HTML)
        return;
    out_str(p->out, id);
    out_char(p->out, ')');
}

void page_at(struct page *p, struct dwr_str at)
{
    if (!at.p)
        return;
    either(p, " <span class=\"at\">", p->in_cell ? "" : " (");
    if (p->kind == PAGE_HTML)
        html_text(p->out, at);
    else
        markdown_code(p->out, at, p->in_cell);
    either(p, "</span>", p->in_cell ? "" : ")");
}

/* --- blocks --- */

void page_heading(struct page *p, int level, struct dwr_str id, struct dwr_str text,
                  struct dwr_str at)
{
    if (p->kind == PAGE_HTML) {
        out_lit(p->out, "<h");
        out_number(p->out, (uint64_t)level);
        if (id.p) {
            out_lit(p->out, " id=\"");
            html_text(p->out, id);
            out_char(p->out, '"');
        }
        out_char(p->out, '>');
    } else {
        if (id.p) {
            out_lit(p->out, "<a id=\"");
            out_str(p->out, id);
            out_lit(p->out, "\"></a>\n\n");
        }
        for (int i = 0; i < level; i++)
            out_char(p->out, '#');
        out_char(p->out, ' ');
    }
    page_text(p, text);
    page_at(p, at);
    if (p->kind == PAGE_HTML) {
        out_lit(p->out, "</h");
        out_number(p->out, (uint64_t)level);
        out_char(p->out, '>');
    }
    either(p, "\n", "\n\n");
}

void page_paragraph_begin(struct page *p)
{
    either(p, "<p>", "");
}

void page_paragraph_end(struct page *p)
{
    either(p, "</p>\n", "\n\n");
}

void page_quote(struct page *p, const char *label, struct dwr_str text)
{
    either(p, "<p class=\"why\"><b>", "> **");
    put(p, label);
    either(p, "</b> ", "** ");
    page_text(p, text);
    either(p, "</p>\n", "\n\n");
}

void page_list_begin(struct page *p)
{
    either(p, "<ul>\n", "");
}

void page_item_begin(struct page *p)
{
    either(p, "<li>", "- ");
}

void page_item_end(struct page *p)
{
    either(p, "</li>\n", "\n");
}

void page_list_end(struct page *p)
{
    either(p, "</ul>\n", "\n");
}

/* --- tables --- */

void page_table_begin(struct page *p, const char *const *heads, uint32_t count)
{
    either(p, "<div class=\"table\"><table>\n<thead><tr>", "|");
    p->heads = heads;
    for (uint32_t i = 0; i < count; i++) {
        either(p, "<th scope=\"col\">", " ");
        put(p, heads[i]);
        either(p, "</th>", " |");
    }
    either(p, "</tr></thead>\n<tbody>\n", "\n|");
    for (uint32_t i = 0; i < count; i++)
        either(p, "", " --- |");
    either(p, "", "\n");
}

void page_row_begin(struct page *p)
{
    either(p, "<tr>", "|");
    p->column = 0;
}

void page_cell_begin(struct page *p)
{
    /* On a narrow screen a row becomes a list, and each cell says what it is. */
    either(p, "<td data-label=\"", " ");
    either(p, p->heads[p->column++], "");
    either(p, "\">", "");
    p->in_cell = true;
}

void page_cell_end(struct page *p)
{
    p->in_cell = false;
    either(p, "</td>", " |");
}

void page_row_end(struct page *p)
{
    either(p, "</tr>\n", "\n");
}

void page_table_end(struct page *p)
{
    either(p, "</tbody>\n</table></div>\n", "\n");
}

/* --- the whole --- */

static void put_lines(struct page *p, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(p, lines[i]);
}

void page_begin(struct page *p, struct dwr_str title)
{
    if (p->kind == PAGE_MARKDOWN)
        return;
    put(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
           "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
           "form-action 'none'\">\n<title>");
    html_text(p->out, title);
    put(p, "</title>\n<style>\n");
    put_lines(p, css, sizeof css / sizeof *css);
    put(p, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">To the text</a>\n");
}

void page_end(struct page *p)
{
    if (p->kind == PAGE_MARKDOWN)
        return;
    put(p, "</main>\n<script>\n");
    put_lines(p, script, sizeof script / sizeof *script);
    put(p, "</script>\n</body>\n</html>\n");
}

void page_nav_begin(struct page *p)
{
    /* The search box is shown by the script that makes it work. */
    either(
        p,
        "<nav aria-label=\"DocTypes\">\n<p id=\"search\" hidden><label for=\"find\">Search</label> "
        "<input id=\"find\" type=\"search\" placeholder=\"a DocType, a field, a word\" "
        "autocomplete=\"off\"> <span id=\"found\" role=\"status\"></span></p>\n<ul>\n",
        "");
}

void page_nav_group(struct page *p, struct dwr_str title)
{
    if (p->kind == PAGE_MARKDOWN)
        return;
    put(p, "<li class=\"group\">");
    html_text(p->out, title);
    put(p, "</li>\n");
}

void page_nav_link(struct page *p, struct dwr_str id, struct dwr_str text)
{
    if (p->kind == PAGE_MARKDOWN)
        return;
    put(p, "<li>");
    page_link(p, id, text);
    put(p, "</li>\n");
}

void page_nav_end(struct page *p)
{
    either(p, "</ul>\n</nav>\n<main id=\"content\">\n", "");
}

void page_part_begin(struct page *p)
{
    either(p, "<section>\n", "");
}

void page_part_end(struct page *p)
{
    either(p, "</section>\n", "");
}
